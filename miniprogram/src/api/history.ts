import { month } from '@/format/dates'
import { hundredths, signed } from '@/format/points'

import { api } from './client'
import { ownLate } from './late'
import type { components } from './schema'

type StatementMonthOut = components['schemas']['StatementMonthOut']

/** A month of a member's as his branch summed it up. */
export interface PastMonth {
  period: string
  title: string
  total: string
  change: string
  place: string
  /** 补记: what came in late for earlier months. */
  backdated: string
  /** 年末补记 beside a December: not frozen. */
  late: string
}

export interface History {
  year: number
  /** The newest first. */
  months: PastMonth[]
  /** Hundredths of points at each month's end, the oldest first; months of 另行通报 are left out. */
  trend: number[]
  /** When the first month comes, while there is none. */
  coming: string
}

export async function readHistory(memberId: number, year: number): Promise<History> {
  const { items, coming } = await api.get('/members/{member_id}/statements', {
    path: { member_id: memberId },
    query: { year },
  })
  return { ...toHistory(year, items), coming: coming ?? '' }
}

export function toHistory(year: number, items: StatementMonthOut[]): Omit<History, 'coming'> {
  const inOrder = [...items].sort((one, other) => (one.period < other.period ? -1 : 1))
  return {
    year,
    months: inOrder.map(toPastMonth).reverse(),
    trend: inOrder.flatMap(({ line }) => (line.total === null ? [] : [hundredths(line.total)])),
  }
}

function toPastMonth({ period, line, late }: StatementMonthOut): PastMonth {
  return {
    period,
    title: /-\d\d$/.test(period) ? `${month(period)} 月` : '年终结清',
    total: line.total ?? line.note ?? '',
    change: line.change === null ? '' : signed(line.change),
    place: line.position === null ? '' : `第 ${line.position} 名`,
    backdated: line.backdated.map((each) => `${month(each.month)} 月 ${signed(each.points)}`).join('，'),
    late: ownLate(late),
  }
}
