import { onPullDownRefresh } from '@dcloudio/uni-app'

/** Read anew when the page is pulled down (`enablePullDownRefresh` in pages.json). */
export function refreshOnPull(load: () => Promise<unknown>): void {
  onPullDownRefresh(() => {
    void load().finally(() => uni.stopPullDownRefresh())
  })
}
