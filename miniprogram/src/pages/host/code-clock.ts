/** Which code to show when. Pure: `at` is the phone's time in milliseconds, which may be wrong; the server's counts. */
import type { Code, Screen } from '@/api/screen'

/** What a phone knows of a check-in: the last answer, the codes in hand, and by how much its clock is behind the
 * server's. */
export interface Held {
  phase: Screen['phase']
  opensAt: number
  closesAt: number
  codes: Code[]
  skew: number
  heardAt: number
  tally: string
}

export type Shown =
  | { kind: 'code'; code: Code; secondsLeft: number }
  | { kind: 'early'; secondsLeft: number }
  | { kind: 'none' | 'ended' }

/** After this long without an answer the network counts as gone. */
const SILENT_MS = 8_000

/** Take an answer in; it was asked for at `sentAt`, so the server's clock is read half-way between. */
export function hold(held: Held | null, answer: Screen, sentAt: number, receivedAt: number): Held {
  const runs = answer.phase === 'open' || answer.phase === 'planned'
  const fresh = new Set(answer.codes.map(({ step }) => step))
  const kept = (held?.codes ?? []).filter(({ step, until }) => !fresh.has(step) && until > answer.now)
  return {
    phase: answer.phase,
    opensAt: answer.opensAt,
    closesAt: answer.closesAt,
    codes: runs ? [...kept, ...answer.codes] : [],
    skew: answer.now - (sentAt + receivedAt) / 2,
    heardAt: receivedAt,
    tally: answer.tally,
  }
}

/** The step after which codes are still to be asked for. */
export function lastStep(held: Held | null): number | undefined {
  return held?.codes[held.codes.length - 1]?.step
}

/** What stands in the code's place: a code only during its own ten seconds, and only while check-in is open. */
export function shownAt(held: Held, at: number): Shown {
  const now = at + held.skew
  if ((held.phase !== 'open' && held.phase !== 'planned') || now > held.closesAt) return { kind: 'ended' }
  if (now < held.opensAt) return { kind: 'early', secondsLeft: seconds(held.opensAt - now) }
  const code = held.codes.find(({ from, until }) => from <= now && now < until)
  return code ? { kind: 'code', code, secondsLeft: seconds(code.until - now) } : { kind: 'none' }
}

/** For how many seconds the codes in hand still last without network; null while the server answers. */
export function lastsAlone(held: Held, at: number): number | null {
  if (at - held.heardAt <= SILENT_MS) return null
  const last = held.codes[held.codes.length - 1]
  return last ? Math.max(0, Math.floor((last.until - at - held.skew) / 1000)) : 0
}

function seconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000))
}
