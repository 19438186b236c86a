import { describe, expect, it, vi } from 'vitest'

import { toHeldCheckIns } from './held'
import type { components } from './schema'

vi.mock('@/platform', () => ({ platform: {} }))

type HeldCheckInOut = components['schemas']['HeldCheckInOut']

function held(values: Partial<HeldCheckInOut> = {}): HeldCheckInOut {
  return {
    member_id: 5,
    name: '孙丽',
    organization_title: '教工第一党支部',
    why: 'shared_ticket',
    why_title: '同一次扫码已有 2 个账号签到',
    status: 'waiting',
    status_title: '已收到，待会议主持人确认',
    open: true,
    came: false,
    own: false,
    state: 'present',
    state_title: '出席',
    via: 'qr',
    helper: null,
    others: ['张敏', '王芳'],
    scanned_at: '2026-06-18T14:52:00+08:00',
    decided_by: null,
    decided_at: null,
    reason: null,
    ...values,
  }
}

function shown(values: Partial<HeldCheckInOut> = {}) {
  return toHeldCheckIns({ allows_sharing: false, waiting: 1, items: [held(values)] }).items[0]!
}

const DISMISSED: Partial<HeldCheckInOut> = {
  open: false,
  status: 'dismissed',
  status_title: '签到未确认',
  decided_by: '李伟',
  decided_at: '2026-06-18T15:30:00+08:00',
  reason: '现场没有见到该同志',
}

describe('a held check-in', () => {
  it('says when, why and with whom', () => {
    expect([shown().said, shown().why, shown().decided]).toEqual([
      '14:52:00 扫码，教工第一党支部',
      '同一次扫码已有 2 个账号签到（张敏、王芳）',
      '',
    ])
    expect(shown({ via: 'helper', helper: '王芳', others: [], state: 'late' }).said).toBe(
      '14:52:00 扫码（迟到），用王芳的手机代签，教工第一党支部',
    )
  })

  it('may be decided the other way afterwards', () => {
    expect(shown().change).toBeNull()
    expect([shown(DISMISSED).change, shown(DISMISSED).decided]).toEqual([
      'confirm',
      expect.stringMatching(/^签到未确认，李伟，.*，现场没有见到该同志$/),
    ])
    expect(shown({ ...DISMISSED, status: 'confirmed' }).change).toBe('dismiss')
  })

  it('is left alone where the person came in another way, or is the reader', () => {
    expect([shown({ came: true, open: false }).change, shown({ came: true, open: false }).decided]).toEqual([
      null,
      '之后已另行签到或登记',
    ])
    expect(shown({ ...DISMISSED, own: true }).change).toBeNull()
  })
})
