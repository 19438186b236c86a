import { day, dayOf, month } from '@/format/dates'
import { serverNow } from '@/state/clock'

import { api } from './client'
import { ApiError } from './errors'
import type { components } from './schema'

/** The year before, while people still ask for it: what it comes to, and until when it is claimed for. */
export interface YearBefore {
  year: number
  /** Points, or 另行通报. */
  total: string
  /** The last day, as `1 月 10 日`. */
  until: string
  /** Whether one may still claim for it. */
  open: boolean
}

/** From April on the year before is history. */
const LAST_MONTH = 3

/** Read the year before from January to March; null later in the year, and for who was not measured then. */
export async function readYearBefore(memberId: number, now: Date = serverNow()): Promise<YearBefore | null> {
  const today = dayOf(now)
  if (month(today) > LAST_MONTH) return null
  const asked = { path: { member_id: memberId }, query: { year: Number(today.slice(0, 4)) - 1 } }
  try {
    const [score, items] = await Promise.all([
      api.get('/members/{member_id}/score/explanation', asked),
      api.get('/members/{member_id}/claimable-items', asked),
    ])
    return toYearBefore(score, items, now)
  } catch (error) {
    if (error instanceof ApiError && !error.temporary) return null
    throw error
  }
}

export function toYearBefore(
  score: components['schemas']['ExplanationOut'],
  { claim_until: last }: components['schemas']['ClaimableItemsOut'],
  now: Date,
): YearBefore {
  return { year: score.year, total: score.total ?? score.note ?? '', until: day(last, now), open: dayOf(now) <= last }
}

/** What is said of its last day. */
export function untilWords({ until, open }: YearBefore): string {
  return open ? `申报 ${until}截止，当天提交算数` : `申报已于 ${until}截止`
}
