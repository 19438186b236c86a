import { nearDay, time } from '@/format/dates'

import { api } from './client'
import type { components } from './schema'

type OwnMeetingLineOut = components['schemas']['OwnMeetingLineOut']

export interface MeetingLine {
  id: number
  title: string
  kind: string
  when: string
  place: string
  host: string
  startsAt: string
  coming: boolean
  phase: components['schemas']['MeetingPhase']
  standing: components['schemas']['Standing'] | null
  standingTitle: string
}

/** Read a member's meetings: those to come first, then the past ones. */
export async function listMeetings(memberId: number): Promise<MeetingLine[]> {
  const { items } = await api.get('/members/{member_id}/meetings', { path: { member_id: memberId }, query: { limit: 50 } })
  const now = new Date()
  return items.map((dto) => toMeetingLine(dto, now))
}

export function toMeetingLine(dto: OwnMeetingLineOut, now: Date): MeetingLine {
  return {
    id: dto.id,
    title: dto.title,
    kind: dto.kind_title,
    when: `${nearDay(dto.starts_at, now)} ${time(dto.starts_at)}`,
    place: dto.place,
    host: dto.organization_title,
    startsAt: dto.starts_at,
    coming: new Date(dto.ends_at) > now && dto.phase !== 'cancelled',
    phase: dto.phase,
    standing: dto.standing,
    standingTitle: dto.standing_title ?? '',
  }
}
