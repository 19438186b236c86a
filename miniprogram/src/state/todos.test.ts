import { expect, it, vi } from 'vitest'

import type { Me } from '@/api/identity'
import type { MeetingLine } from '@/api/meetings'

const { meetings } = vi.hoisted(() => ({ meetings: [] as MeetingLine[] }))
vi.mock('@/api/meetings', () => ({ listMeetings: async () => ({ items: meetings, next: null }) }))
vi.mock('@/api/claims', () => ({ listClaims: async () => [] }))

import { readTodos } from './todos'

const NOW = new Date('2026-06-18T16:10:00Z') // ten past midnight in Shanghai, on the 19th
const MEMBER = { offices: [], memberId: 1 } as unknown as Me

function meeting(title: string, startsAt: string, others: Partial<MeetingLine> = {}): MeetingLine {
  return {
    id: 1,
    title,
    startsAt,
    coming: true,
    standing: 'expected',
    when: '',
    kind: '',
    place: '',
    host: '',
    phase: 'open',
    tag: null,
    ...others,
  }
}

it("of meetings, today's wait and one of yesterday that goes on; not who came, nor what is over or still to come", async () => {
  meetings.push(
    meeting('昨晚开始', '2026-06-18T23:30:00+08:00'),
    meeting('今天', '2026-06-19T15:00:00+08:00'),
    meeting('已到', '2026-06-19T15:00:00+08:00', { standing: 'present' }),
    meeting('昨天结束', '2026-06-18T15:00:00+08:00', { coming: false }),
    meeting('明天', '2026-06-20T15:00:00+08:00'),
  )
  const found = await readTodos(MEMBER, NOW)
  expect(found.map(({ words }) => words)).toEqual(['，昨晚开始', '，今天'])
})
