import { day, time } from '@/format/dates'

import { api } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type LeaveKind = Schemas['LeaveKind']
export type LeaveStatus = Schemas['LeaveStatus']

export const LEAVE_KINDS: readonly { kind: LeaveKind; title: string }[] = [
  { kind: 'official', title: '公假' },
  { kind: 'sick', title: '病假' },
  { kind: 'personal', title: '事假' },
  { kind: 'maternity', title: '产假' },
  { kind: 'abroad', title: '出国（境）' },
  { kind: 'other', title: '其他' },
]

/** A leave to decide. `reason` is empty where it is not this officer's to read. */
export interface LeaveToDecide {
  id: number
  version: number
  memberId: number
  name: string
  kind: string
  meeting: string
  branch: string
  reason: string
  asked: string
  decided: string
  status: LeaveStatus
}

/** What an officer answers. `makeUp` null: as the standard says. */
export interface Decision {
  grant: boolean
  makeUp: boolean | null
  answer: string
}

/** Read the leaves of an organization and all below, the earliest asked first. */
export async function listLeaves(organizationId: number, status: LeaveStatus): Promise<LeaveToDecide[]> {
  const path = { organization_id: organizationId }
  const { items } = await api.get('/organizations/{organization_id}/leaves', { path, query: { status, limit: 100 } })
  return items.map(toLeaveToDecide)
}

/** Decide as of the version that was seen; a decision may be changed with an answer. */
export async function decideLeave(
  { id, version }: { id: number; version: number },
  { grant, makeUp, answer }: Decision,
): Promise<void> {
  const path = { leave_id: id }
  if (grant)
    await api.post('/leaves/{leave_id}/grant', { path, body: { makeup: makeUp, answer: answer || null, version } })
  else await api.post('/leaves/{leave_id}/refuse', { path, body: { answer, version } })
}

/** Enter a leave that a member told his officer of, and grant it. Safe to repeat: the same leave is granted once. */
export async function grantToldLeave(
  memberId: number,
  meetingId: number,
  kind: LeaveKind,
  reason: string,
): Promise<void> {
  const path = { member_id: memberId, meeting_id: meetingId }
  const body = { kind, reason, on_behalf_reason: '本人告知，代为补办' }
  const { id, version } = await api.post('/members/{member_id}/meetings/{meeting_id}/leave', { path, body })
  await decideLeave({ id, version }, { grant: true, makeUp: null, answer: '' })
}

function toLeaveToDecide(dto: Schemas['LeaveOut']): LeaveToDecide {
  const self = dto.asked_by === dto.name
  return {
    id: dto.id,
    version: dto.version,
    memberId: dto.member_id,
    name: dto.name,
    kind: dto.kind_title,
    meeting: `${dto.meeting_title}，${day(dto.starts_at)} ${time(dto.starts_at)}`,
    branch: dto.organization_title,
    reason: dto.reason ?? '',
    asked: `${day(dto.asked_at)} ${time(dto.asked_at)}${self ? '' : `，${dto.asked_by}代为`} 提出`,
    decided: dto.decided_by
      ? `${dto.decided_by}${dto.status_title}${makeUpWords(dto)}${dto.answer ? `：${dto.answer}` : ''}`
      : '',
    status: dto.status,
  }
}

function makeUpWords({ makeup_until }: Schemas['LeaveOut']): string {
  return makeup_until ? `，${day(makeup_until)}前补课` : ''
}
