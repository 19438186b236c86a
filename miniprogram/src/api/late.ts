import { month } from '@/format/dates'
import { signed } from '@/format/points'

import type { components } from './schema'

type LateLineOut = components['schemas']['StatementLateLineOut']

/** 年末补记 of a branch: what came in after December was frozen, as it is at this moment. */
export interface Late {
  summary: string
  lines: { memberId: number; name: string; words: string; total: string }[]
}

export function toLate(dto: components['schemas']['StatementLateOut'] | null): Late | null {
  if (!dto) return null
  const lines = dto.lines.map((line) => ({
    memberId: line.member_id,
    name: line.name,
    words: lateByMonth(line),
    total: line.total,
  }))
  return { summary: `${dto.members} 人 ${dto.entries} 笔，共 ${signed(dto.points)}`, lines }
}

/** `11 月 1 笔 +1.00，12 月 2 笔 +2.00`. */
function lateByMonth({ months }: LateLineOut): string {
  return months.map((each) => `${month(each.month)} 月 ${each.entries} 笔 ${signed(each.points)}`).join('，')
}

/** What is late for one member, and what the year comes to with it; empty where nothing is. */
export function ownLate(line: LateLineOut | null): string {
  return line ? `${lateByMonth(line)}，全年现为 ${line.total}` : ''
}
