import { describe, expect, it } from 'vitest'

import type { components } from './schema'
import { toSettlement } from './settlement'

type Schemas = components['schemas']

function row(member_id: number, name: string, effect: Partial<Schemas['EffectOut']>): Schemas['SettlementRowOut'] {
  const whole: Schemas['EffectOut'] = {
    item_code: 'B04',
    item_title: '参加主题党日',
    method: 'deduct',
    reason: 'present',
    words: '出席',
    points: '0.00',
    owed: 0,
    attended: 0,
    made_up: 0,
    excused: 0,
    posted: false,
    ...effect,
  }
  return { member_id, name, part: 'invited', standing: 'present', standing_title: '出席', effects: [whole] }
}

const LIST: Schemas['SettlementOut'] = {
  roster_id: 5,
  meeting_id: 9,
  meeting_status: 'planned',
  status: 'open',
  closed: true,
  settles_at: '2026-06-19T15:20:00+08:00',
  confirmed_by: null,
  confirmed_at: null,
  pending: false,
  absent: [2],
  held: [1],
  already_counted: [3],
  rows: [
    row(1, '孙浩', {}),
    row(2, '马超', { reason: 'missed', words: '缺席', points: '-2.00' }),
    row(3, '许文静', { method: 'earn', reason: 'already_counted', words: '同一天同一项目已有个人申报计分，不重复计' }),
    row(4, '周磊', { method: 'ratio', reason: 'missed', words: '缺席', points: null, owed: 1 }),
    row(6, '高晓燕', { method: 'ratio', reason: 'made_up', words: '已补课', points: null, owed: 1, made_up: 1 }),
  ],
}

describe('a settlement', () => {
  it('shows first whom it costs something, and how much', () => {
    const { rows } = toSettlement(LIST)
    expect(rows.map(({ name, effects }) => [name, effects[0]?.points])).toEqual([
      ['马超', '−2.00'],
      ['周磊', '计缺 1 次'],
      ['孙浩', ''],
      ['许文静', ''],
      ['高晓燕', '计参加 1 次'],
    ])
  })

  it('repeats who is absent, and names whose own claim stands beside it', () => {
    expect(toSettlement(LIST)).toMatchObject({
      absent: [2],
      alreadyCounted: [{ memberId: 3, name: '许文静' }],
      settlesWhen: '6 月 19 日 15:20',
    })
  })

  it('says who confirmed it and when', () => {
    const confirmed = toSettlement({
      ...LIST,
      status: 'confirmed',
      confirmed_by: '李伟',
      confirmed_at: '2026-06-18T08:01:00Z',
    })
    expect(confirmed).toMatchObject({ confirmed: true, confirmedBy: '李伟，6 月 18 日 16:01' })
  })
})
