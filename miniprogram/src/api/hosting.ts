import { day, nearDay, time } from '@/format/dates'
import { serverNow } from '@/state/clock'

import { api } from './client'
import { type Photo, toPhoto } from './photos'
import type { components } from './schema'

type Schemas = components['schemas']
type MeetingOut = Schemas['MeetingOut']
export type Phase = Schemas['MeetingPhase']

/** A meeting in a branch's list. `rosterId` is the branch's own 应到 list; `hosted`: the branch itself called it. */
export interface HostedLine {
  id: number
  title: string
  words: string
  phase: Phase
  phaseTitle: string
  hosted: boolean
  rosterId: number | null
}

export interface OwnList {
  id: number
  organizationId: number
  title: string
  confirmed: boolean
}

/** A meeting as its host sees it. */
export interface HostedMeeting {
  id: number
  version: number
  title: string
  kind: string
  /** A 支部党员大会: only there one votes. */
  votes: boolean
  phase: Phase
  phaseTitle: string
  organizationId: number
  when: string
  place: string
  startsAt: string
  endsAt: string
  closesAt: string
  begun: boolean
  cancelledReason: string
  recurs: boolean
  lists: OwnList[]
  minutes: string
  photos: Photo[]
}

export interface Guest {
  memberId: number
  name: string
  branch: string
  when: string
  waiting: boolean
  said: string
}

/** Read the meetings that need someone now: those one can check in to, then those whose lists wait to be confirmed. */
export async function listMeetingsAtHand(organizationId: number): Promise<HostedLine[]> {
  const path = { organization_id: organizationId }
  const now = serverNow()
  const phases: Phase[] = ['open', 'closed']
  const found = await Promise.all(
    phases.map((phase) => api.get('/organizations/{organization_id}/meetings', { path, query: { phase, limit: 20 } })),
  )
  return found.flatMap(({ items }) => items).map((dto) => toHostedLine(dto, organizationId, now))
}

/** Read an organization's meetings, newest first; `cursor` goes on from an earlier page. */
export async function listHostedMeetings(
  organizationId: number,
  cursor?: string,
): Promise<{ items: HostedLine[]; next: string | null }> {
  const query = { limit: 20, cursor }
  const page = await api.get('/organizations/{organization_id}/meetings', {
    path: { organization_id: organizationId },
    query,
  })
  const now = serverNow()
  return { items: page.items.map((dto) => toHostedLine(dto, organizationId, now)), next: page.next_cursor ?? null }
}

/** Read an organization's own members' meetings that have begun, the newest first. */
export async function listMembersMeetings(organizationId: number): Promise<HostedLine[]> {
  const call = {
    path: { organization_id: organizationId },
    query: { kind: 'members_meeting' as const, limit: 20 },
  }
  const { items } = await api.get('/organizations/{organization_id}/meetings', call)
  const now = serverNow()
  return items
    .map((dto) => toHostedLine(dto, organizationId, now))
    .filter(({ hosted, phase }) => hosted && phase !== 'planned' && phase !== 'cancelled')
}

export async function readHostedMeeting(id: number): Promise<HostedMeeting> {
  return toHostedMeeting(await api.get('/meetings/{meeting_id}', { path: { meeting_id: id } }), serverNow())
}

export async function endCheckIn(id: number): Promise<void> {
  await api.post('/meetings/{meeting_id}/end-check-in', { path: { meeting_id: id } })
}

export async function extendCheckIn(id: number, closesAt: string): Promise<void> {
  await api.post('/meetings/{meeting_id}/extend-check-in', { path: { meeting_id: id }, body: { closes_at: closesAt } })
}

export async function cancelMeeting(id: number, reason: string, following: boolean): Promise<void> {
  await api.post('/meetings/{meeting_id}/cancel', { path: { meeting_id: id }, body: { reason, following } })
}

export async function writeMinutes(id: number, text: string, photoIds: number[]): Promise<void> {
  await api.put('/meetings/{meeting_id}/minutes', { path: { meeting_id: id }, body: { text, photo_ids: photoIds } })
}

export async function listGuests(meetingId: number): Promise<Guest[]> {
  const { items } = await api.get('/meetings/{meeting_id}/guests', { path: { meeting_id: meetingId } })
  return items.map(toGuest)
}

export async function confirmGuest(meetingId: number, memberId: number): Promise<void> {
  await api.post('/meetings/{meeting_id}/guests/{member_id}/confirm', {
    path: { meeting_id: meetingId, member_id: memberId },
  })
}

export async function refuseGuest(meetingId: number, memberId: number, reason: string): Promise<void> {
  const path = { meeting_id: meetingId, member_id: memberId }
  await api.post('/meetings/{meeting_id}/guests/{member_id}/refuse', { path, body: { reason } })
}

/** Read what an officer may want to look at; nothing follows from it by itself. */
export async function listOddities(meetingId: number): Promise<string[]> {
  const { items } = await api.get('/meetings/{meeting_id}/oddities', { path: { meeting_id: meetingId } })
  return items.map(({ text }) => text)
}

function toHostedLine(dto: Schemas['MeetingLineOut'], organizationId: number, now: Date): HostedLine {
  const hosted = dto.organization_id === organizationId
  return {
    id: dto.id,
    title: dto.title,
    words: `${nearDay(dto.starts_at, now)} ${time(dto.starts_at)}，${dto.place}${hosted ? '' : `，${dto.organization_title}主办`}`,
    phase: dto.phase,
    phaseTitle: dto.phase_title,
    hosted,
    rosterId: dto.roster_id,
  }
}

function toHostedMeeting(dto: MeetingOut, now: Date): HostedMeeting {
  return {
    id: dto.id,
    version: dto.version,
    title: dto.title,
    kind: dto.kind_title,
    votes: dto.kind === 'members_meeting',
    phase: dto.phase,
    phaseTitle: dto.phase_title,
    organizationId: dto.organization_id,
    when: `${day(dto.starts_at, now)} ${time(dto.starts_at)}–${time(dto.ends_at)}`,
    place: dto.place,
    startsAt: dto.starts_at,
    endsAt: dto.ends_at,
    closesAt: dto.closes_at,
    begun: new Date(dto.starts_at) <= now,
    cancelledReason: dto.cancelled_reason ?? '',
    recurs: dto.series.some((each) => each.starts_at > dto.starts_at && each.phase === 'planned'),
    lists: dto.rosters.map(({ id, organization_id, organization_title, status }) => ({
      id,
      organizationId: organization_id,
      title: organization_title,
      confirmed: status === 'confirmed',
    })),
    minutes: dto.minutes,
    photos: dto.photos.flatMap((each) => toPhoto(each) ?? []),
  }
}

function toGuest(dto: Schemas['GuestOut']): Guest {
  const home = dto.counts_for_title ? `，计入“${dto.counts_for_title}”` : ''
  return {
    memberId: dto.member_id,
    name: dto.name,
    branch: dto.branch_title ?? '',
    when: time(dto.scanned_at),
    waiting: dto.confirmed === null,
    said: dto.confirmed === null ? '' : dto.confirmed ? `已确认${home}` : `未确认：${dto.reason ?? ''}`,
  }
}
