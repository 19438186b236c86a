import { monthBeside } from '@/format/dates'

type Kind = 'deferred' | 'quarterly'

const LONGEST_MONTHS = 6
const QUARTER_MONTHS = 3

/** The months by whose end it may be agreed to pay, from a month on: six at most, and whole quarters where paid by
 * them. */
export function lastMonths(kind: Kind, from: string): string[] {
  const following = Array.from({ length: LONGEST_MONTHS - 1 }, (_, index) => monthBeside(from, index + 1))
  return kind === 'deferred' ? following : following.filter((month) => Number(month.slice(5)) % QUARTER_MONTHS === 0)
}

/** The longest, which is what people ask for. */
export function untilMonth(kind: Kind, from: string): string {
  return lastMonths(kind, from).slice(-1)[0] ?? from
}

/** From which months a consent may end: the one looked at where it is not past, and the first, as if it had never
 * been. */
export function endings(from: string, month: string, thisMonth: string): { key: string; title: string }[] {
  const next = month < thisMonth ? thisMonth : month
  const never = { key: from, title: '整项撤销' }
  return next === from ? [never] : [{ key: next, title: `自 ${Number(next.slice(5))} 月起终止` }, never]
}
