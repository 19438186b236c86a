import { clock, day } from '@/format/dates'

import { api } from './client'
import type { components } from './schema'

type Schemas = components['schemas']

/** A check-in beyond what one scan or one helper is good for, as the host sees it. */
export interface HeldCheckIn {
  memberId: number
  name: string
  /** Whose phone, when, of which list. */
  said: string
  why: string
  /** The host has yet to decide it. */
  open: boolean
  /** It is the reader's own, for another officer to decide. */
  own: boolean
  /** What was decided, by whom and why; empty while it is open. */
  decided: string
  /** What a change of mind would be; none where the person has come in another way. */
  change: 'confirm' | 'dismiss' | null
}

export interface HeldCheckIns {
  allowsSharing: boolean
  waiting: number
  items: HeldCheckIn[]
}

/** Read a meeting's held check-ins, those that wait first. */
export async function listHeld(meetingId: number): Promise<HeldCheckIns> {
  return toHeldCheckIns(await api.get('/meetings/{meeting_id}/held-check-ins', { path: { meeting_id: meetingId } }))
}

export async function confirmHeld(meetingId: number, memberIds: number[]): Promise<void> {
  await api.post('/meetings/{meeting_id}/held-check-ins/confirm', {
    path: { meeting_id: meetingId },
    body: { member_ids: memberIds },
  })
}

export async function dismissHeld(meetingId: number, memberIds: number[], reason: string): Promise<void> {
  const body = { member_ids: memberIds, reason }
  await api.post('/meetings/{meeting_id}/held-check-ins/dismiss', { path: { meeting_id: meetingId }, body })
}

/** Let any number of people check in by one phone at this meeting, or no longer. */
export async function allowSharing(meetingId: number, allowed: boolean): Promise<void> {
  await api.put('/meetings/{meeting_id}/sharing', { path: { meeting_id: meetingId }, body: { allowed } })
}

export function toHeldCheckIns({ allows_sharing, waiting, items }: Schemas['HeldCheckInsOut']): HeldCheckIns {
  return { allowsSharing: allows_sharing, waiting, items: items.map(toHeldCheckIn) }
}

function toHeldCheckIn(dto: Schemas['HeldCheckInOut']): HeldCheckIn {
  const phone = dto.helper ? `用${dto.helper}的手机代签` : ''
  const others = dto.others.length ? `（${dto.others.join('、')}）` : ''
  return {
    memberId: dto.member_id,
    name: dto.name,
    said: [`${clock(dto.scanned_at)} 扫码${dto.state === 'late' ? '（迟到）' : ''}`, phone, dto.organization_title]
      .filter(Boolean)
      .join('，'),
    why: `${dto.why_title}${others}`,
    open: dto.open,
    own: dto.own,
    decided: decidedOf(dto),
    change: dto.open || dto.came || dto.own ? null : dto.status === 'confirmed' ? 'dismiss' : 'confirm',
  }
}

function decidedOf({ came, status, status_title, decided_by, decided_at, reason }: Schemas['HeldCheckInOut']): string {
  if (came) return '之后已另行签到或登记'
  if (status === 'waiting' || !decided_at) return ''
  const by = `${decided_by ?? ''}，${day(decided_at)} ${clock(decided_at)}`
  return [status_title, by, reason].filter(Boolean).join('，')
}
