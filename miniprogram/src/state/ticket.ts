import type { Ticket } from '@/api/check_in'

import { forget, store, stored } from './stored'

const PLACE = 'ticket'
const LIFETIME_MS = 600_000

interface Held extends Ticket {
  /** The code it was exchanged for; empty where that was done elsewhere. */
  code: string
  /** By this phone's own clock, which may be wrong: the server has the last word. */
  until: number
}

/** Keep what a scan was exchanged for, so that neither a sign-in, a first binding nor a restart loses it. */
export function holdTicket(ticket: Ticket, code: string): void {
  store(PLACE, { ...ticket, code, until: Date.now() + LIFETIME_MS })
}

/** The ticket that waits on this phone, unless its ten minutes are over. */
export function heldTicket(): Held | null {
  const held = stored<Held | null>(PLACE, null)
  return held && held.until > Date.now() ? held : null
}

/** It has been used, or is of no use: whoever signs in next has not scanned. */
export function dropTicket(): void {
  forget(PLACE)
}
