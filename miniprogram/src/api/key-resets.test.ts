import { describe, expect, it, vi } from 'vitest'

import { toKeyReset } from './key-resets'

vi.mock('@/platform', () => ({ platform: {} }))

const RESET = {
  id: 3,
  member_id: 7,
  reason: '手机丢失',
  phone: null,
  status: 'waiting',
  proposed_by: '李伟',
  proposed_at: '2025-06-18T10:00:00+08:00',
  expires_at: '2025-06-21T10:00:00+08:00',
  confirmed_by: null,
  confirmed_at: null,
  stopped_by: null,
  stopped_at: null,
  may_confirm: true,
  may_stop: true,
} as const

describe('a reset of an officer’s account', () => {
  it('says who proposes what and until when it waits', () => {
    const reset = toKeyReset(RESET)
    expect([reset.title, reset.waits, reset.mayConfirm]).toEqual(['等待另一人确认', true, true])
    expect(reset.facts).toEqual([
      { name: '办理', words: '解除微信绑定，发新激活码' },
      { name: '原因', words: '手机丢失' },
      { name: '提出', words: '李伟，2025 年 6 月 18 日 10:00' },
      { name: '有效至', words: '2025 年 6 月 21 日 10:00' },
    ])
  })

  it('that is over says how, and no term', () => {
    const done = toKeyReset({
      ...RESET,
      phone: '139****1111',
      status: 'confirmed',
      confirmed_by: '孙丽',
      confirmed_at: '2025-06-18T11:00:00+08:00',
      may_confirm: false,
    })
    expect([done.title, done.waits]).toEqual(['已重置', false])
    expect(done.facts.map(({ name }) => name)).toEqual(['办理', '原因', '提出', '确认'])
    expect(done.facts[0]?.words).toBe('手机号改为 139****1111')
  })
})
