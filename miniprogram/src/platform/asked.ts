/** What ties a way back from WeChat to the tab that left for it, so that nobody is signed in by an address from
 * elsewhere. */

const STATE = 'sign-in state'

/** Return a random word for a way out; this tab remembers it. */
export function askedState(): string {
  const bytes = window.crypto.getRandomValues(new Uint8Array(16))
  const state = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  window.sessionStorage.setItem(STATE, state)
  return state
}

/** Whether this tab left with this word; it is good once. */
export function wasAsked(state: string | null): boolean {
  if (!state || state !== window.sessionStorage.getItem(STATE)) return false
  window.sessionStorage.removeItem(STATE)
  return true
}
