import { describe, expect, it, vi } from 'vitest'

import { toClaim } from './claim-detail'
import type { components } from './schema'

vi.mock('@/platform', () => ({ platform: { origin: () => '' } }))

type ClaimOut = components['schemas']['ClaimOut']

const EVENT = { actor: '张敏', version: 1, words: null, points_before: null, points_after: null }
const CLAIM: ClaimOut = {
  id: 7,
  member_id: 3,
  member_name: '张敏',
  title: '财税进社区',
  item_code: 'C04',
  item_title: '联系服务师生群众',
  occurred_on: '2026-06-13',
  status: 'approved',
  status_title: '已通过',
  version: 6,
  proposed_points: '2.00',
  approved_points: '1.00',
  on_behalf: false,
  submitted_at: '2026-06-14T09:00:00+08:00',
  organization_id: 1,
  organization_title: '教工第一党支部',
  clause: '《实施方案》二（二）：联系服务',
  quantity: '2',
  level: null,
  level_title: null,
  achievement: null,
  description: '解答问题',
  people: 2,
  participants: [
    { member_id: 3, name: '张敏', place: 2, points: '0.40' },
    { member_id: 4, name: '王芳', place: 1, points: '0.60' },
  ],
  entered_by: '张敏',
  on_behalf_reason: null,
  created_at: '2026-06-14T09:00:00+08:00',
  decided_by: '李伟',
  decided_at: '2026-06-16T08:32:00+08:00',
  photos: [
    {
      id: 5,
      member_id: 3,
      claim_id: 7,
      width: 1,
      height: 1,
      bytes: 1,
      uploaded_at: '2026-06-14T09:00:00+08:00',
      url: '/a',
      thumb_url: '/b',
    },
  ],
  timeline: [
    { ...EVENT, kind: 'created', at: '2026-06-14T09:00:00+08:00' },
    { ...EVENT, kind: 'submitted', at: '2026-06-14T09:00:00+08:00' },
    { ...EVENT, kind: 'opened', actor: '李伟', at: '2026-06-14T10:00:00+08:00' },
    { ...EVENT, kind: 'returned', actor: '李伟', words: '请补一张现场照片。', at: '2026-06-14T10:01:00+08:00' },
    { ...EVENT, kind: 'edited', at: '2026-06-15T19:40:00+08:00' },
    { ...EVENT, kind: 'resubmitted', at: '2026-06-15T19:40:00+08:00' },
    {
      ...EVENT,
      kind: 'approved',
      actor: '李伟',
      words: '同一天只计一次',
      points_before: '2.00',
      points_after: '1.00',
      at: '2026-06-16T08:32:00+08:00',
    },
  ],
  opinions: [{ id: 1, kind: 'opinion', author: '冯群', words: '情况属实', at: '2026-06-15T20:00:00+08:00' }],
}

describe('a claim', () => {
  it('tells its story in order, with the reviewer’s words, and without what was only looked at', () => {
    expect(toClaim(CLAIM, 3).steps.map(({ title, who, said }) => [title, who, said])).toEqual([
      ['提交申报', '张敏', undefined],
      ['退回', '李伟', '请补一张现场照片。'],
      ['再次提交', '张敏', undefined],
      ['群众代表意见', '冯群', '情况属实'],
      ['通过', '李伟，申报 2.00，认定 1.00 分', '同一天只计一次'],
    ])
  })

  it('shows each his own part, and what it is worth only with a sign once it was given', () => {
    expect([toClaim(CLAIM, 3).points, toClaim(CLAIM, 4).points]).toEqual(['+0.40', '+0.60'])
    expect(toClaim({ ...CLAIM, status: 'submitted' }, 3).points).toBe('0.40')
    expect([toClaim(CLAIM, 3).mine, toClaim(CLAIM, 4).mine]).toEqual([true, false])
  })

  it('names who worked together in the order of names', () => {
    expect(toClaim(CLAIM, 3).facts).toContainEqual({
      name: '合作',
      text: '共 2 人：第 1 位 王芳 0.60，第 2 位 张敏 0.40',
    })
  })

  it('can be gone on with as it stands: text, photos, people', () => {
    expect(toClaim(CLAIM, 3).contents).toMatchObject({
      photoIds: [5],
      place: 2,
      participants: [{ memberId: 4, name: '王芳', place: 1 }],
      quantity: '2',
    })
  })

  it('says what a draft and a refusal mean for the score', () => {
    const draft = { ...CLAIM, status: 'draft' as const, title: '', occurred_on: null, participants: [] }
    expect(toClaim(draft, 3)).toMatchObject({
      title: '联系服务师生群众',
      points: '',
      outcome: '还没有提交，只有您看得到。',
    })
    expect(toClaim({ ...CLAIM, status: 'rejected' }, 3).outcome).toContain('没有计分')
  })
})
