import { describe, expect, it, vi } from 'vitest'

import { toMessage } from './inbox'

vi.mock('@/platform', () => ({ platform: {} }))

const DTO = {
  id: 5,
  occasion: 'claim_reviewed' as const,
  occasion_title: '申报审核结果',
  title: '申报已通过',
  lines: [{ label: '项目', text: '联系服务师生群众' }],
  page: 'pages/claim/claim?id=7',
  at: '2026-06-18T09:05:00+08:00',
  read_at: null,
  status: 'unreachable' as const,
  outcome: '未能送达（未订阅消息）',
}

describe('a message of the inbox', () => {
  it('says when, how it went, and leads to its page', () => {
    const now = new Date('2026-06-18T06:00:00Z')
    expect(toMessage(DTO, now)).toMatchObject({
      when: '今天 09:05',
      unread: true,
      outcome: '未能送达（未订阅消息）',
      url: '/pages/claim/claim?id=7',
    })
    expect(toMessage({ ...DTO, read_at: DTO.at }, now).unread).toBe(false)
  })
})
