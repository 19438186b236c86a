import { describe, expect, it } from 'vitest'

import { day, dayOf, nearDay, span, time, typedDay, weekday } from './dates'
import { initial } from './names'
import { cap, percent, signed, sum } from './points'

describe('points', () => {
  it('add up exactly where floats would not', () => {
    expect(sum(['0.10', '0.20'])).toBe('0.30')
    expect(sum(Array<string>(10).fill('0.10'))).toBe('1.00')
    expect(sum([])).toBe('0.00')
  })

  it('show gains and deductions with a sign, nothing without', () => {
    expect([signed('1.00'), signed('-3.00'), signed('0.00'), signed('-0.25')]).toEqual([
      '+1.00',
      '−3.00',
      '0.00',
      '−0.25',
    ])
  })

  it('as a part stay between nothing and all', () => {
    expect([
      percent('35.00', '70.00'),
      percent('80.00', '70.00'),
      percent('-1.00', '70.00'),
      percent('1.00', '0.00'),
    ]).toEqual([50, 100, 0, 0])
  })

  it('as a cap have no needless decimals', () => {
    expect([cap('70.00'), cap('2.50')]).toEqual(['70', '2.5'])
  })
})

describe('dates', () => {
  const now = new Date('2026-06-18T06:12:00Z')

  it("are Shanghai's, whatever the phone's", () => {
    expect(dayOf(new Date('2026-06-17T16:00:00Z'))).toBe('2026-06-18')
    expect(time('2026-06-18T15:00:00+08:00')).toBe('15:00')
    expect(day('2026-06-17T23:30:00Z', now)).toBe('6 月 18 日')
  })

  it('name the year only where it is another', () => {
    expect([day('2026-01-05', now), day('2025-12-31', now)]).toEqual(['1 月 5 日', '2025 年 12 月 31 日'])
  })

  it('say today, tomorrow and yesterday', () => {
    expect(['2026-06-17', '2026-06-18', '2026-06-19', '2026-06-20'].map((each) => nearDay(each, now))).toEqual([
      '昨天',
      '今天',
      '明天',
      '6 月 20 日',
    ])
  })

  it('and times of a meeting are one span', () => {
    expect(span('2026-06-18T15:00:00+08:00', '2026-06-18T16:30:00+08:00', now)).toBe('今天 15:00 至 16:30')
    expect(span('2026-06-25T00:10:00+08:00', '2026-06-26T09:00:00+08:00', now)).toBe(
      '6 月 25 日周四 00:10 至 6 月 26 日 09:00',
    )
  })

  it('know their weekday', () => {
    expect(weekday('2026-06-13')).toBe('周六')
  })
})

it('takes the first character of a name whole', () => {
  expect(['张敏', '𬭎强', '𠮷', '㛃', 'Anna', '古丽·买买提', ''].map(initial)).toEqual([
    '张',
    '𬭎',
    '𠮷',
    '㛃',
    'A',
    '古',
    '',
  ])
})

describe('a day typed from a paper', () => {
  it('is read however an office writes it', () => {
    for (const typed of [
      '2026-10-14',
      '2026年10月14日',
      '20261014',
      '2026.10.14',
      '2026/10/14',
      ' 2026 年 10 月 14 日 ',
    ])
      expect(typedDay(typed)).toBe('2026-10-14')
    expect(typedDay('2026年1月2日')).toBe('2026-01-02')
  })

  it('is none where the calendar has none', () => {
    for (const typed of ['', '14', '2026-02-30', '2026-13-01', '十月十四日', '26-10-14', '2026112'])
      expect(typedDay(typed)).toBeNull()
  })
})
