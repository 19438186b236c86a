/** What pages showed last, so that the app opens with it while it reads anew, and has something to show without a
 * network.
 * It is gone when the person signs out, and when the app is another version. */
import { forget, store, stored } from './stored'

const SHOWN = 'shown'

interface Shown {
  shape: string
  by: Record<string, unknown>
}

export interface Memory<T> {
  recall(): T | null
  /** Begin to read anew: what this returns keeps the answer, unless the person has signed out in the meantime. */
  begin(): (data: T) => void
}

let signedOut = 0

/** A place for what one page shows under a name. `less` leaves out what need not lie on a phone. */
export function memoryOf<T>(name: string, less: (data: T) => T = (data) => data): Memory<T> {
  return {
    recall: () => (shown().by[name] ?? null) as T | null,
    begin() {
      const begun = signedOut
      return (data) => {
        if (begun === signedOut) store(SHOWN, { shape: __SHAPE__, by: { ...shown().by, [name]: less(data) } })
      }
    },
  }
}

export function forgetShown(): void {
  signedOut += 1
  forget(SHOWN)
}

function shown(): Shown {
  const found = stored<Shown | null>(SHOWN, null)
  return found?.shape === __SHAPE__ ? found : { shape: __SHAPE__, by: {} }
}
