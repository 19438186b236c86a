import { describe, expect, it } from 'vitest'

import type { HostedMeeting } from '@/api/hosting'

import { extensions, furtherActs } from './acts'

const MEETING = {
  phase: 'open',
  begun: true,
  lists: [{ confirmed: false }],
  closesAt: '2026-06-18T15:20:00+08:00',
  endsAt: '2026-06-18T16:00:00+08:00',
} as HostedMeeting
const acts = (changes: object) => furtherActs({ ...MEETING, ...changes }).map(({ act }) => act)

describe('what a host can do', () => {
  it('follows how the meeting stands', () => {
    expect(acts({ phase: 'planned', begun: false })).toEqual(['change', 'cancel'])
    expect(acts({ phase: 'closed' })).toEqual(['extend', 'minutes', 'change', 'cancel'])
    expect(acts({ phase: 'settled' })).toEqual(['minutes'])
    expect(acts({ phase: 'cancelled' })).toEqual([])
  })

  it('has votes where a branch has met, once it has begun', () => {
    expect(acts({ votes: true, phase: 'settled' })).toEqual(['minutes', 'votes'])
    expect(acts({ votes: true, phase: 'planned', begun: false })).toEqual(['change', 'cancel'])
  })

  it('leaves a meeting as it was once a list is confirmed', () => {
    expect(acts({ phase: 'closed', lists: [{ confirmed: true }] })).toEqual(['minutes'])
  })
})

describe('check-in', () => {
  it('is kept open from its end, or from now where it has ended, and never beyond the meeting', () => {
    expect(extensions(MEETING, new Date('2026-06-18T07:00:00Z')).map(({ title }) => title)).toEqual([
      '延长 10 分钟，到 15:30',
      '延长 20 分钟，到 15:40',
      '延长 30 分钟，到 15:50',
      '到会议结束（16:00）',
    ])
    expect(extensions(MEETING, new Date('2026-06-18T07:55:00Z')).map(({ title }) => title)).toEqual([
      '到会议结束（16:00）',
    ])
    expect(extensions(MEETING, new Date('2026-06-18T08:00:00Z'))).toEqual([])
  })
})
