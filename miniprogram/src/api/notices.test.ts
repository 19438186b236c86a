import { describe, expect, it, vi } from 'vitest'

import { toNotice, toNoticeLine } from './notices'

vi.mock('@/platform', () => ({ platform: { origin: () => 'https://xf' } }))

const FILE = {
  id: 1,
  name: '学习安排.pdf',
  media_type: 'application/pdf',
  bytes: 1_500_000,
  url: '/api/v1/notice-files/a?expires=1',
}
const NOTICE = {
  id: 3,
  organization_id: 1,
  organization_title: '教工第一党支部',
  title: '七月学习安排',
  body: '请各位党员准时参加。',
  audience: 'everyone' as const,
  status: 'published' as const,
  version: 1,
  written_by: '李伟',
  published_at: '2026-06-18T09:00:00+08:00',
  withdrawn_reason: null,
  reminded_at: null,
  files: [FILE],
}

describe('a notice', () => {
  it('is unread until its reader opened it', () => {
    expect(toNoticeLine({ notice: NOTICE, read_at: null, told: false })).toMatchObject({
      unread: true,
      files: 1,
      from: '教工第一党支部，6 月 18 日',
    })
    expect(toNoticeLine({ notice: NOTICE, read_at: NOTICE.published_at, told: true }).unread).toBe(false)
  })

  it('names its files with their size, and leads to them', () => {
    expect(toNotice(NOTICE).files).toEqual([
      { id: 1, name: '学习安排.pdf', size: '1.4 MB', url: 'https://xf/api/v1/notice-files/a?expires=1' },
    ])
    expect(toNotice({ ...NOTICE, files: [{ ...FILE, bytes: 10 }] }).files[0]?.size).toBe('1 KB')
  })
})
