import { onHide, onUnload } from '@dcloudio/uni-app'

/** Return `start`: does `work` at once and again some time after it has ended, until the page is hidden or left. */
export function whileShown(work: () => Promise<unknown>, everyMs: number): () => void {
  let turn = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  async function round(mine: number): Promise<void> {
    await work()
    if (mine === turn) timer = setTimeout(round, everyMs, mine)
  }

  function stop(): void {
    turn += 1
    clearTimeout(timer)
  }

  onHide(stop)
  onUnload(stop)
  return () => {
    stop()
    void round(turn)
  }
}
