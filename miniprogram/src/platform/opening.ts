/** What a browser shows before the app has come: the home page as it was last, else the app's name (index.html). */
import { memoryOf } from '@/state/memory'

interface Screen {
  /** With other styles it would look like nothing we know. */
  styles: string
  /** What uni-app sets on the root: sizes of bars and letters. */
  root: string
  html: string
}

const HOME = 'pages/home/home'
const screen = memoryOf<Screen>('screen')

/** Begin to show the home page anew; what this returns keeps it for src/static/h5/opening.js, if nothing lies above
 * it. */
export function beginScreen(): () => void {
  const keep = screen.begin()
  return () => {
    const styles = document.querySelector<HTMLLinkElement>('link[rel=stylesheet]')
    const pages = document.querySelectorAll<HTMLElement>('#app uni-page')
    if (!styles || pages.length !== 1 || pages[0]?.dataset.page !== HOME) return
    keep({
      styles: styles.href,
      root: document.documentElement.style.cssText,
      html: document.getElementById('app')?.innerHTML ?? '',
    })
  }
}

export function endOpening(): void {
  document.getElementById('opening')?.remove()
}
