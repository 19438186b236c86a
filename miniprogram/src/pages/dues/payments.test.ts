import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

import { isSettled, toDuesMonth } from '@/api/dues'
import { cents, yuan } from '@/format/money'

import { begin, problemOf, toPayment } from './payments'

const row = (name: string, state: 'paid' | 'short' | null, due: number | null, paid: number | null) => ({
  member_id: name.length,
  name,
  work_number: 'T1',
  state,
  state_title: state === 'paid' ? '已交' : state === 'short' ? '不足额' : '未登记',
  due_cents: due,
  paid_cents: paid,
  paid_on: paid ? '2026-06-10' : null,
})
const table = (rows: ReturnType<typeof row>[]) => toDuesMonth({ month: '2026-06', over: true, rows, due_cents: 2400, paid_cents: 1850 })

beforeAll(() => void vi.useFakeTimers({ now: new Date('2026-06-18T06:00:00Z') }))
afterAll(() => void vi.useRealTimers())

describe('dues', () => {
  it('are read as whole 分, and refused where they are no amount', () => {
    expect(['12', '12.5', ' 12.50 ', '0', '0.07'].map(cents)).toEqual([1200, 1250, 1250, 0, 7])
    expect(['', '-1', '1.234', '十二', '1e3', '1234567'].map(cents)).toEqual([null, null, null, null, null, null])
    expect([yuan(1205), yuan(0)]).toEqual(['12.05', '0.00'])
  })

  it('of a month are counted by state and say what is on record', () => {
    const month = table([row('张敏', 'paid', 1200, 1200), row('欧阳锋', 'short', 1200, 650), row('王芳', null, null, null)])
    expect(month.summary).toBe('已交 1 人，不足额 1 人，未登记 1 人')
    expect(month.sums).toBe('已登记应交 24.00 元，实交 18.50 元')
    expect(month.rows.map(({ words }) => words)).toEqual(['应交 12.00 元，实交 12.00 元，6 月 10 日', '应交 12.00 元，实交 6.50 元，6 月 10 日', ''])
    expect(month.rows.map(isSettled)).toEqual([true, false, false])
  })

  it('begin with what the member owed the month before', () => {
    const before = table([row('张敏', 'paid', 1350, 1350)]).rows
    const now = table([row('张敏', null, null, null)]).rows
    expect(now.map((debtor) => begin(debtor, before))).toEqual([{ memberId: 2, name: '张敏', due: '13.50', paid: '13.50' }])
    expect(now.map((debtor) => begin(debtor, [])).map(problemOf)).toEqual(['应交金额请写成 12 或 12.50'])
  })

  it('that were not paid have no day', () => {
    const told = { memberId: 1, name: '张敏', due: '12', paid: '0' }
    expect(toPayment(told, '2026-06-18')).toEqual({ due_cents: 1200, paid_cents: 0, paid_on: null })
    expect(toPayment({ ...told, paid: '12' }, '2026-06-18')).toEqual({ due_cents: 1200, paid_cents: 1200, paid_on: '2026-06-18' })
  })
})
