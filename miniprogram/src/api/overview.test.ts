import { describe, expect, it } from 'vitest'

import { sorted, toOverview } from './overview'

const NOTHING = { claims: 0, leaves: 0, rosters: 0, statements: 0, unreached: 0 }
const figures = (average: string | null, pending: Partial<typeof NOTHING> = {}) => ({
  members: 12,
  average,
  attendance: '92.0',
  review_days: null,
  pending: { ...NOTHING, ...pending },
})
const unit = (id: number, average: string | null, pending = {}) => ({
  organization_id: id,
  title: `第 ${id} 党支部`,
  kind: 'branch' as const,
  figures: figures(average, pending),
})

const overview = toOverview({
  organization_id: 1,
  title: '会计学院党总支',
  kind: 'general_branch',
  period: '2026-10',
  since: '2026-08-30',
  total: figures('81.20', { claims: 3, statements: 1 }),
  own: figures(null),
  units: [unit(2, '79.50', { claims: 1 }), unit(3, null), unit(4, '84.00', { claims: 2, statements: 1 })],
})

describe('the overview', () => {
  it('says of when its figures are and what waits, by kind', () => {
    expect(overview.asOf).toBe('平均分为 2026 年 10 月汇总，出勤和审核用时为近 90 天')
    expect(overview.pending).toEqual([
      { kind: 'claims', title: '待审核申报', count: 3 },
      { kind: 'statements', title: '待确认月汇总', count: 1 },
    ])
    expect(overview.total.shown).toEqual({ average: '81.20', attendance: '92%', review: '—', pending: '4 件' })
  })

  it('sorts by any column, what has no figure last either way', () => {
    expect(sorted(overview.units, 'average', false).map(({ id }) => id)).toEqual([4, 2, 3])
    expect(sorted(overview.units, 'average', true).map(({ id }) => id)).toEqual([2, 4, 3])
    expect(sorted(overview.units, 'pending', false).map(({ words }) => words)).toEqual([
      '待审核申报 2，待确认月汇总 1',
      '待审核申报 1',
      '',
    ])
  })
})
