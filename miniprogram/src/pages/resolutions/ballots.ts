/** The ballots of a vote as someone types them, and whether they come to those who were there. Pure. */
import type { Voter } from '@/api/resolutions'

export const KINDS = ['ayes', 'nays', 'abstentions', 'invalid', 'unreturned'] as const
export type Kind = (typeof KINDS)[number]
export const KIND_TITLES: Record<Kind, string> = {
  ayes: '赞成',
  nays: '反对',
  abstentions: '弃权',
  invalid: '无效',
  unreturned: '未交',
}

export type Typed = Record<Kind | 'written', string>
export type Ballots = Record<Kind | 'written', number>

export const NOTHING: Typed = { ayes: '', nays: '', abstentions: '', invalid: '', unreturned: '', written: '' }

/** Who is entitled without those left out, and how many of them came. */
export function presence(voters: readonly Voter[], leftOut: readonly number[]): { entitled: number; present: number } {
  const entitled = voters.filter(({ id }) => !leftOut.includes(id))
  return { entitled: entitled.length, present: entitled.filter(({ came }) => came).length }
}

/** The figures, an empty field being none; null where something is no number. */
export function read(typed: Typed): Ballots | null {
  const found = Object.entries(typed).map(([kind, text]) => [kind, text.trim() === '' ? 0 : Number(text)] as const)
  return found.every(([, count]) => Number.isInteger(count) && count >= 0)
    ? (Object.fromEntries(found) as Ballots)
    : null
}

/** What to mend before the vote can be written down, or nothing. */
export function problemOf(typed: Typed, present: number): string {
  const ballots = read(typed)
  if (!ballots) return '票数请填写整数'
  const cast = KINDS.reduce((sum, kind) => sum + ballots[kind], 0)
  const due = present + ballots.written
  return cast === due ? '' : `合计 ${cast} 票，应为 ${due} 票`
}
