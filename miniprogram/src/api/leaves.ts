import { day, nearDay, time } from '@/format/dates'

import { api } from './client'
import type { components } from './schema'

type LeaveOut = components['schemas']['LeaveOut']
type OwnMeetingOut = components['schemas']['OwnMeetingOut']
type Cost = components['schemas']['CostOut']
export type LeaveKind = components['schemas']['LeaveKind']

export interface Leave {
  id: number
  title: string
  status: LeaveOut['status']
  statusTitle: string
  tone: '' | 'ok' | 'warn'
  reason: string
  /** By whom and when it was asked for and answered. */
  story: string[]
  answer: string
  /** What follows from it, such as a 补课 by a day; empty where nothing does. */
  follows: string
}

export interface LeaveChoice {
  kind: LeaveKind
  title: string
  /** What follows once it is granted. */
  follows: string
}

const TONES: Partial<Record<LeaveOut['status'], Leave['tone']>> = { granted: 'ok', refused: 'warn' }

/** Ask for leave; `key` stays the same until it is known to have arrived. */
export async function askLeave(
  memberId: number,
  meetingId: number,
  body: { kind: LeaveKind; reason: string },
): Promise<void> {
  await api.post('/members/{member_id}/meetings/{meeting_id}/leave', {
    path: { member_id: memberId, meeting_id: meetingId },
    body,
  })
}

export async function withdrawLeave(leaveId: number): Promise<void> {
  await api.post('/leaves/{leave_id}/withdraw', { path: { leave_id: leaveId } })
}

export function toLeave(dto: LeaveOut, costs: Cost[]): Leave {
  return {
    id: dto.id,
    title: dto.kind_title,
    status: dto.status,
    statusTitle: dto.status_title,
    tone: TONES[dto.status] ?? '',
    reason: dto.reason ?? '',
    story: [
      happened(dto.asked_by, dto.asked_at, '提出'),
      dto.decided_by && dto.decided_at ? happened(dto.decided_by, dto.decided_at, '答复') : '',
    ].filter(Boolean),
    answer: dto.answer ?? '',
    follows: dto.makeup_until ? `须在 ${day(dto.makeup_until)}前补课；没有补课，${asAbsence(costs)}。` : '',
  }
}

/** What each kind of leave from this meeting would mean. `today`: a day of Shanghai. */
export function toChoices(dto: OwnMeetingOut, today: string): LeaveChoice[] {
  const by = dto.makeup_until >= today ? `需在 ${day(dto.makeup_until)}前补课` : '需按批准时定的期限补课'
  return dto.leave_rules.map(({ kind, title, needs_makeup }) => ({
    kind,
    title,
    follows: needs_makeup
      ? `${title}获批后不扣分，${by}；没有补课，${asAbsence(dto.costs)}。`
      : `${title}获批后不扣分，不用补课。`,
  }))
}

function happened(who: string, when: string, what: string): string {
  return `${who}，${nearDay(when)} ${time(when)} ${what}`
}

function asAbsence(costs: Cost[]): string {
  const losses = costs.flatMap(({ absence }) => absence ?? [])
  return losses.length ? `按缺席扣 ${losses.join('、')}` : '按缺席计'
}
