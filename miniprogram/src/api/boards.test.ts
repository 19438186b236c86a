import { describe, expect, it, vi } from 'vitest'

import { toBoard, toStanding } from './boards'
import type { components } from './schema'

vi.mock('@/platform', () => ({ platform: {} }))

const ROW = { backdated: [], head_seq: 1, head_hash: '7f3a9c21' }
const BOARD: components['schemas']['BoardOut'] = {
  organization_id: 1,
  organization: '计算机学院党总支',
  branch: '教工第一党支部',
  title: '2026年5月党员积分公示',
  month: '2026-05',
  month_title: '2026年5月',
  until: '2026-05-31',
  confirmed_at: '2026-06-03T09:00:00+08:00',
  confirmed_by: '李伟',
  secretary: '李伟',
  basis: '党发〔2018〕75号',
  total_cap: '100.00',
  columns: [
    { code: 'base', title: '基础积分', cap: '70.00' },
    { code: 'contribution', title: '贡献积分', cap: '30.00' },
  ],
  apart: 1,
  masked: false,
  average: '79.00',
  median: '79.00',
  hash: '7f3a9c2100',
  earlier: '2026-04',
  later: null,
  view: 'full',
  today: '2026-06-04',
  ranked: 2,
  publicity: { starts_at: '2026-06-03T09:00:00+08:00', days: ['2026-06-03'], left: 3, note: null },
  distribution: [
    { at_least: '80.00', below: null, count: 1, own: false },
    { at_least: '60.00', below: '80.00', count: 4, own: true },
    { at_least: null, below: '60.00', count: 0, own: false },
  ],
  late: null,
  own: { ...ROW, member_id: 3, name: '张敏', position: 2, total: '76.00', change: '-1.00', note: null, sections: [] },
  rows: [
    {
      ...ROW,
      member_id: 4,
      name: '王芳',
      position: 1,
      total: '84.25',
      change: '2.00',
      note: null,
      sections: [
        { code: 'base', points: '64.25' },
        { code: 'contribution', points: '20.00' },
      ],
    },
    { ...ROW, member_id: 3, name: '张敏', position: 2, total: '76.00', change: '-1.00', note: null, sections: [] },
    { ...ROW, member_id: 5, name: '郑立群', position: null, total: null, change: null, note: '另行通报', sections: [] },
  ],
}

describe('a board', () => {
  it('shows one’s own place and where one lies, in half-open bands', () => {
    const board = toBoard(BOARD, 3)
    expect([board.place, board.ranked, board.total]).toEqual(['第\u00a02\u00a0名', 2, '76.00'])
    expect(board.bands.map(({ title, share, own }) => [title, share, own])).toEqual([
      ['80 以上', 25, false],
      ['60 至 80', 100, true],
      ['60 以下', 0, false],
    ])
    expect(board.apart).toBe('未参评 1 人')
    expect(board.confirmed).toBe('6 月 3 日李伟确认，支部内可见')
  })

  it('prints 另行通报 in place of every figure', () => {
    expect(toBoard(BOARD, 3).rows?.[2]).toMatchObject({ place: '—', total: '另行通报', change: '', parts: '' })
    const negative = { ...BOARD, own: { ...BOARD.own!, note: '另行通报', position: null, total: null, change: null } }
    expect([toBoard(negative, 3).place, toBoard(negative, 3).total, toStanding(negative)]).toEqual([
      '另行通报',
      '',
      null,
    ])
  })

  it('has a list only where the branch shows one', () => {
    expect(toBoard(BOARD, 3).rows?.map(({ mine, change, parts }) => [mine, change, parts])).toEqual([
      [false, '+2.00', '基础 64.25，贡献 20.00'],
      [true, '−1.00', ''],
      [false, '', ''],
    ])
    expect(toBoard({ ...BOARD, view: 'own', rows: null }, 3).rows).toBeNull()
  })
})
