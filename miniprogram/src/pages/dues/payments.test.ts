import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

import { isSettled, toConsent, toDuesMonth, toPastedLine } from '@/api/dues'
import { cents, yuan } from '@/format/money'

import { endings, lastMonths, untilMonth } from './consents'
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
  due_on: '2026-06-30',
  consent: null,
})
const table = (rows: ReturnType<typeof row>[]) =>
  toDuesMonth({ month: '2026-06', over: true, rows, due_cents: 2400, paid_cents: 1850 })

beforeAll(() => void vi.useFakeTimers({ now: new Date('2026-06-18T06:00:00Z') }))
afterAll(() => void vi.useRealTimers())

describe('dues', () => {
  it('are read as whole 分, and refused where they are no amount', () => {
    expect(['12', '12.5', ' 12.50 ', '0', '0.07'].map(cents)).toEqual([1200, 1250, 1250, 0, 7])
    expect(['', '-1', '1.234', '十二', '1e3', '1234567'].map(cents)).toEqual([null, null, null, null, null, null])
    expect([yuan(1205), yuan(0)]).toEqual(['12.05', '0.00'])
  })

  it('of a month are counted by state and say what is on record', () => {
    const month = table([
      row('张敏', 'paid', 1200, 1200),
      row('欧阳锋', 'short', 1200, 650),
      row('王芳', null, null, null),
    ])
    expect(month.summary).toBe('已交 1 人，不足额 1 人，未登记 1 人')
    expect(month.sums).toBe('已登记应交 24.00 元，实交 18.50 元')
    expect(month.rows.map(({ words }) => words)).toEqual([
      '应交 12.00 元，实交 12.00 元，6 月 10 日',
      '应交 12.00 元，实交 6.50 元，6 月 10 日',
      '',
    ])
    expect(month.rows.map(isSettled)).toEqual([true, false, false])
  })

  it('begin with what the member owed the month before', () => {
    const before = table([row('张敏', 'paid', 1350, 1350)]).rows
    const now = table([row('张敏', null, null, null)]).rows
    expect(now.map((debtor) => begin(debtor, before))).toEqual([
      { memberId: 2, name: '张敏', due: '13.50', paid: '13.50' },
    ])
    expect(now.map((debtor) => begin(debtor, [])).map(problemOf)).toEqual(['应交金额请写成 12 或 12.50'])
  })

  it('that were not paid have no day', () => {
    const told = { memberId: 1, name: '张敏', due: '12', paid: '0' }
    expect(toPayment(told, '2026-06-18')).toEqual({ due_cents: 1200, paid_cents: 0, paid_on: null })
    expect(toPayment({ ...told, paid: '12' }, '2026-06-18')).toEqual({
      due_cents: 1200,
      paid_cents: 1200,
      paid_on: '2026-06-18',
    })
  })

  it("may be paid later by the branch's consent, six months and whole quarters at most", () => {
    expect(lastMonths('deferred', '2026-10')).toEqual(['2026-11', '2026-12', '2027-01', '2027-02', '2027-03'])
    expect(lastMonths('quarterly', '2026-10')).toEqual(['2026-12', '2027-03'])
    expect(untilMonth('quarterly', '2026-07')).toBe('2026-12')
    expect(endings('2026-05', '2026-06', '2026-06')).toEqual([
      { key: '2026-06', title: '自 6 月起终止' },
      { key: '2026-05', title: '整项撤销' },
    ])
    expect(endings('2026-06', '2026-06', '2026-06').map(({ key }) => key)).toEqual(['2026-06'])
    const dto = {
      id: 1,
      kind: 'deferred' as const,
      kind_title: '缓交',
      from_month: '2026-05',
      until_month: '2026-08',
      due_on: '2026-08-31',
      agreed_on: '2026-05-10',
      organization: '教工第一党支部',
      reason: '访学',
      recorded_by: '李伟',
      recorded_at: '2026-05-10T02:00:00Z',
      ended_from: null,
      ended_reason: null,
    }
    expect(toConsent(dto)).toMatchObject({
      holds: true,
      title: '缓交：2026 年 5 月至 2026 年 8 月',
      words: '8 月 31 日前交齐，5 月 10 日教工第一党支部同意',
    })
    expect(toConsent({ ...dto, ended_from: '2026-05', ended_reason: '登记有误' })).toMatchObject({
      holds: false,
      words: '已撤销',
      reason: '登记有误',
    })
    const [waiting] = toDuesMonth({
      month: '2026-06',
      over: false,
      rows: [{ ...row('张敏', null, null, null), due_on: '2026-08-31', state_title: '缓交', consent: dto }],
      due_cents: null,
      paid_cents: null,
    }).rows
    expect([waiting?.tag.words, waiting?.words]).toEqual(['缓交', '8 月 31 日前交齐'])
  })

  it('pasted say how each line was read', () => {
    const line = {
      line: 2,
      text: '张敏 Jul-26 ¥ - ',
      outcome: 'registered' as const,
      member_id: 1,
      name: '张敏',
      month: '2026-07',
      due_cents: 2000,
      paid_cents: 2000,
      paid_on: '2026-07-15',
      state: 'paid' as const,
      column: null,
      message: null,
    }
    expect(toPastedLine(line)).toMatchObject({
      read: '张敏，2026 年 7 月，应交 20.00 元，实交 20.00 元，7 月 15 日',
      problem: '',
    })
    expect(
      toPastedLine({
        ...line,
        outcome: 'error',
        name: null,
        month: null,
        due_cents: null,
        column: '月份',
        message: '没有写年份',
      }),
    ).toMatchObject({ read: '', problem: '月份：没有写年份', tag: { words: '有问题' } })
  })
})
