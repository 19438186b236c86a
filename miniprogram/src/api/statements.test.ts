import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

import { toMonth, toVerdict } from './statements'

const head = {
  id: 5,
  organization_id: 3,
  period: '2026-10',
  title: '2026 年 10 月积分汇总',
  until: '2026-10-31',
  cutoff_at: '2026-11-03T02:00:00+08:00',
  members: 12,
  exempt: 1,
  apart: 2,
  average: '81.20',
  median: '82.00',
  hash: '7f3a9c21ff',
  frozen_at: '2026-11-03T02:00:00+08:00',
  confirm_by: '2026-11-10',
  confirm_note: null,
  distribution: [],
  late: null,
}
const line = {
  member_id: 7,
  name: '张敏',
  total: '85.25',
  change: '-0.50',
  position: 2,
  note: null,
  sections: [],
  backdated: [{ month: '2026-09', entries: 2, points: '1.00' }],
  head_seq: 1,
  head_hash: 'x',
}
const negative = { ...line, name: '郑立群', total: null, change: null, position: null, note: '另行通报', backdated: [] }

beforeAll(() => void vi.useFakeTimers({ now: new Date('2026-11-05T06:00:00Z') }))
afterAll(() => void vi.useRealTimers())

describe('a month', () => {
  it('waits with its last day, or says who let it stand', () => {
    const waiting = toMonth({ ...head, status: 'frozen', confirmed_at: null, confirmed_by: null, lines: [] })
    expect([waiting.confirmed, waiting.standing]).toEqual([
      false,
      '待确认，11 月 10 日以前没有确认的，下一个工作日自动确认',
    ])
    const at = '2026-11-04T10:00:00+08:00'
    expect(toMonth({ ...head, status: 'confirmed', confirmed_at: at, confirmed_by: '李伟', lines: [] }).standing).toBe(
      '11 月 4 日李伟确认',
    )
    expect(toMonth({ ...head, status: 'confirmed', confirmed_at: at, confirmed_by: null, lines: [] }).standing).toBe(
      '11 月 4 日，期满自动确认',
    )
  })

  it('has lines with change and 补记, and no figures where a decision is in force', () => {
    const month = toMonth({
      ...head,
      status: 'frozen',
      confirmed_at: null,
      confirmed_by: null,
      lines: [line, negative],
    })
    expect(month.summary).toBe('12 人，未参评 2 人，平均 81.20，中位数 82.00')
    expect(month.hash).toBe('7f3a 9c21')
    expect(month.lines).toEqual([
      { memberId: 7, name: '张敏', position: '2', total: '85.25', change: '−0.50', backdated: '补记 9 月 2 笔 +1.00' },
      { memberId: 7, name: '郑立群', position: '—', total: '另行通报', change: '', backdated: '' },
    ])
  })

  it('says whether the ledger gives the same', () => {
    expect(toVerdict({ statement_id: 5, hash: 'x', matches: true, first: null })).toBe('按台账重算，与汇总完全一致。')
    expect(
      toVerdict({
        statement_id: 5,
        hash: 'x',
        matches: false,
        first: { what: 'total', member_id: 7, stored: '80.00', computed: '81.00' },
      }),
    ).toContain('汇总为 80.00，重算为 81.00')
  })
})
