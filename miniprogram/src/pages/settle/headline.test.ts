import { describe, expect, it } from 'vitest'

import type { Settlement } from '@/api/settlement'

import { headlineOf } from './headline'

const LIST: Settlement = {
  confirmed: false,
  confirmedBy: '李伟',
  closed: true,
  settled: false,
  cancelled: false,
  pending: false,
  settlesWhen: '6 月 19 日 16:00',
  absent: [],
  held: [],
  alreadyCounted: [],
  rows: [],
}

describe('how a list stands', () => {
  it('says when presence counts by itself', () => {
    expect(headlineOf(LIST).words).toBe('确认后缺席随即扣分。出席在 6 月 19 日 16:00 自动计分，不确认也计。')
  })

  it('asks for the held check-ins first', () => {
    expect(headlineOf({ ...LIST, held: ['张敏'] })).toMatchObject({ tag: '待确认', kind: 'warn' })
    expect(headlineOf({ ...LIST, held: ['张敏'] }).words).toContain('还有 1 人')
  })

  it('is a preview while check-in is open, whoever is held', () => {
    expect(headlineOf({ ...LIST, closed: false, held: ['张敏'] })).toMatchObject({ tag: '签到中', kind: 'live' })
  })

  it('says who confirmed, and whether the points are there yet', () => {
    expect(headlineOf({ ...LIST, confirmed: true }).words).toBe('李伟确认，已计分。')
    expect(headlineOf({ ...LIST, confirmed: true, pending: true }).words).toBe('李伟确认，正在计分。')
  })

  it('counts nothing of a cancelled meeting, even a confirmed one', () => {
    expect(headlineOf({ ...LIST, cancelled: true, confirmed: true }).tag).toBe('已取消')
  })
})
