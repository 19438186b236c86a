import { describe, expect, it, vi } from 'vitest'

import { toHistory } from './history'

vi.mock('@/platform', () => ({ platform: {} }))

const LINE = {
  member_id: 3,
  name: '张敏',
  total: '60.00',
  change: '2.00',
  position: 4,
  note: null,
  sections: [],
  backdated: [],
  head_seq: 1,
  head_hash: 'a',
}
const month = (period: string, line: object) => ({
  statement_id: 1,
  period,
  title: period,
  status: 'confirmed' as const,
  line: { ...LINE, ...line },
  late: null,
})

describe('a year of months', () => {
  it('stands newest first, with change, place and what came in late', () => {
    const late = { backdated: [{ month: '2026-04', entries: 1, points: '1.00' }], change: '-1.00' }
    const { months, trend } = toHistory(2026, [
      month('2026-05', late),
      month('2026-04', {}),
      month('2026-closing', { total: '61.50' }),
    ])
    expect(months.map(({ title }) => title)).toEqual(['年终结清', '5 月', '4 月'])
    expect(months[1]).toMatchObject({ change: '−1.00', place: '第 4 名', backdated: '4 月 +1.00' })
    expect(trend).toEqual([6000, 6000, 6150])
  })

  it('has 年末补记 beside December, which is not frozen', () => {
    const late = {
      member_id: 3,
      name: '张敏',
      months: [
        { month: '2026-11', entries: 1, points: '1.00' },
        { month: '2026-12', entries: 2, points: '-2.00' },
      ],
      entries: 3,
      points: '-1.00',
      total: '60.50',
    }
    const { months } = toHistory(2026, [{ ...month('2026-12', {}), late }])
    expect(months[0]?.late).toBe('11 月 1 笔 +1.00，12 月 2 笔 −2.00，全年现为 60.50')
  })

  it('prints 另行通报 and draws no figure for it', () => {
    const { months, trend } = toHistory(2026, [
      month('2026-05', { total: null, change: null, position: null, note: '另行通报' }),
    ])
    expect(months[0]).toMatchObject({ total: '另行通报', change: '', place: '' })
    expect(trend).toEqual([])
  })
})
