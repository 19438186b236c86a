/** Not every browser has it, nor do these types. */
interface Lock {
  release(): Promise<void>
}
type Waking = Navigator & { wakeLock?: { request(kind: 'screen'): Promise<Lock> } }

/** How to keep the screen lit. A browser takes the lock back whenever the page is hidden: it is asked for again each
 * time the page shows. */
export function lighting(): (on: boolean) => void {
  let wanted = false
  let lit: Promise<Lock> | undefined
  let watching = false

  function ask(): void {
    if (!wanted || document.visibilityState === 'hidden') return
    lit?.then((lock) => lock.release()).catch(() => undefined)
    lit = (navigator as Waking).wakeLock?.request('screen')
    lit?.catch(() => undefined)
  }

  return (on) => {
    wanted = on
    if (!watching) document.addEventListener('visibilitychange', ask)
    watching = true
    if (on) return ask()
    lit?.then((lock) => lock.release()).catch(() => undefined)
    lit = undefined
  }
}
