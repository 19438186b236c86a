import { describe, expect, it, vi } from 'vitest'

import { toTodo } from './todos'

vi.mock('@/platform', () => ({ platform: {} }))

const organization = { id: 3, title: '教工第一党支部' }

describe('what waits with an officer', () => {
  it('says how many, where, since when, and leads there', () => {
    expect(
      toTodo({
        kind: 'claims',
        title: '待审核',
        organization,
        count: 12,
        first_id: 7,
        first_day: '2025-06-15',
        words: null,
      }),
    ).toEqual({
      title: '待审核 12 条',
      words: '教工第一党支部，最早 2025 年 6 月 15 日提交',
      act: '去审核',
      url: '/pages/review/review?organization=3',
      urgent: true,
    })
  })

  it('opens the meeting whose list is the first to be confirmed', () => {
    expect(
      toTodo({
        kind: 'rosters',
        title: '签到名单待确认',
        organization,
        count: 2,
        first_id: 41,
        first_day: '2025-06-15',
        words: null,
      }).url,
    ).toBe('/pages/host/host?id=41')
  })

  it('opens the meeting whose check-ins wait', () => {
    const todo = toTodo({
      kind: 'held',
      title: '签到待确认',
      organization,
      count: 3,
      first_id: 41,
      first_day: '2025-06-15',
      words: null,
    })
    expect([todo.title, todo.act, todo.url]).toEqual(['签到待确认 3 人', '去确认', '/pages/host/host?id=41'])
  })

  it('leads a second person to the member whose keys or decision wait', () => {
    const waiting = { organization, count: 1, first_id: 9, first_day: '2025-06-15', words: null }
    expect(toTodo({ kind: 'key_resets', title: '账号重置待确认', ...waiting })).toMatchObject({
      words: '教工第一党支部，最晚 2025 年 6 月 15 日',
      url: '/pages/key-reset/key-reset?member=9',
    })
    expect(toTodo({ kind: 'negatives', title: '负面清单待确认', ...waiting }).url).toBe(
      '/pages/negative/negative?member=9',
    )
  })

  it('opens the objection that is due first', () => {
    const waiting = { organization, count: 2, first_id: 5, first_day: '2025-06-23', words: null }
    expect(toTodo({ kind: 'objections', title: '异议待办理', ...waiting })).toMatchObject({
      title: '异议待办理 2 件',
      words: '教工第一党支部，2025 年 6 月 23 日前',
      url: '/pages/objection/objection?id=5',
    })
  })

  it('says what holds until a standard is published, and leads to that', () => {
    const words = '2027 年度积分标准尚未发布，1 月 1 日起将沿用 2026 年度标准（未备案）'
    const todo = toTodo({
      kind: 'standards',
      title: '积分标准待发布',
      organization,
      count: 1,
      first_id: 3,
      first_day: '2027-01-01',
      words,
    })
    expect(todo.words).toBe(`教工第一党支部，${words}`)
    expect(todo.url).toBe('/pages/standard/standard?organization=3&year=2027')
  })

  it('names and counts a kind that it does not know yet, and leads nowhere', () => {
    expect(
      toTodo({
        kind: 'appeals',
        title: '申诉待办理',
        organization,
        count: 2,
        first_id: 5,
        first_day: null,
        words: null,
      }),
    ).toEqual({
      title: '申诉待办理 2 项',
      words: '教工第一党支部',
      act: '',
      url: '',
      urgent: false,
    })
  })

  it('says no day where there is none', () => {
    expect(
      toTodo({
        kind: 'unreached',
        title: '未送达待告知',
        organization,
        count: 1,
        first_id: null,
        first_day: null,
        words: null,
      }).words,
    ).toBe('教工第一党支部')
  })
})
