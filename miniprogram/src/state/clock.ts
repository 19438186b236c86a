/** Now by the server's clock: a phone's own may be hours or years off. The only reader of the current time in the
 * app. */
import { ref } from 'vue'

import { store, stored } from './stored'

const PLACE = 'clock'
/** A server says its time in whole seconds; differences below this are no news. */
const NEWS_MS = 2000

/** By how many milliseconds the server is ahead of this phone, as it was heard last; null until it has said so once. */
const ahead = ref(stored<number | null>(PLACE, null))

export function clockIsKnown(): boolean {
  return ahead.value !== null
}

export function serverNow(): Date {
  return new Date(Date.now() + (ahead.value ?? 0))
}

/** Set the clock by an answer's headers, whatever their case. `sentAt`: when it was asked for, by this phone. */
export function hearServer(header: Record<string, string> | undefined, sentAt: number): void {
  const name = Object.keys(header ?? {}).find((each) => each.toLowerCase() === 'date')
  const said = Date.parse((name && header?.[name]) || '') + 500
  const heard = said - (sentAt + Date.now()) / 2
  if (Number.isNaN(heard) || (ahead.value !== null && Math.abs(heard - ahead.value) < NEWS_MS)) return
  ahead.value = Math.round(heard)
  store(PLACE, ahead.value)
}
