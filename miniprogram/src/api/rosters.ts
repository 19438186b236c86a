import { clock, day } from '@/format/dates'

import { api } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
type RosterLineOut = Schemas['RosterLineOut']
export type Standing = Schemas['AttendanceStanding']

/** One person on an organization's 应到 list. `said` tells how he came, or where his leave stands. */
export interface RosterLine {
  memberId: number
  name: string
  observer: boolean
  standing: Standing
  standingTitle: string
  came: boolean
  helped: boolean
  said: string
  /** When he came, in milliseconds; 0 where he did not. */
  cameAt: number
  cameWhen: string
  leave: { id: number; title: string; waiting: boolean; granted: boolean; reason: string } | null
}

export interface Roster {
  id: number
  title: string
  organizationId: number
  confirmed: boolean
  meeting: { id: number; title: string; when: string; makeupUntil: string }
  counts: { invited: number; came: number; leave: number; missing: number; waiting: number }
  lines: RosterLine[]
}

export interface AttendanceChange {
  title: string
  when: string
  said: string
}

/** Whose place on which list. */
export interface Place {
  rosterId: number
  memberId: number
}

export async function readRoster(id: number): Promise<Roster> {
  return toRoster(await api.get('/rosters/{roster_id}', { path: { roster_id: id }, query: { limit: 1000 } }))
}

export async function enterAttendance(place: Place, state: 'present' | 'late', reason: string): Promise<void> {
  await api.post('/rosters/{roster_id}/members/{member_id}/enter', { path: ids(place), body: { state, reason } })
}

export async function correctAttendance(place: Place, state: 'present' | 'late', reason: string): Promise<void> {
  await api.post('/rosters/{roster_id}/members/{member_id}/correct', { path: ids(place), body: { state, reason } })
}

export async function undoAttendance(place: Place, reason: string): Promise<void> {
  await api.post('/rosters/{roster_id}/members/{member_id}/undo', { path: ids(place), body: { reason } })
}

/** Enter a 补课; `lateReason` once its deadline has passed. */
export async function enterMakeUp(place: Place, on: string, evidence: string, lateReason: string): Promise<void> {
  const body = { on, evidence, late_reason: lateReason || null }
  await api.post('/rosters/{roster_id}/members/{member_id}/make-up', { path: ids(place), body })
}

/** Read what was changed by hand for one person, oldest first. */
export async function listAttendanceChanges(place: Place): Promise<AttendanceChange[]> {
  const { items } = await api.get('/rosters/{roster_id}/members/{member_id}/changes', { path: ids(place) })
  return items.map(({ before_title, after_title, reason, by, at }) => ({
    title: `${before_title ?? '没有记录'} → ${after_title ?? '没有记录'}`,
    when: `${by}，${day(at)} ${clock(at)}`,
    said: reason,
  }))
}

function ids({ rosterId, memberId }: Place) {
  return { roster_id: rosterId, member_id: memberId }
}

function toRoster(dto: Schemas['RosterOut']): Roster {
  const { invited, present, late, made_up, on_leave, expected, absent, held, leave_waiting } = dto.counts
  return {
    id: dto.id,
    title: dto.organization_title,
    organizationId: dto.organization_id,
    confirmed: dto.status === 'confirmed',
    meeting: {
      id: dto.meeting.id,
      title: dto.meeting.title,
      when: `${day(dto.meeting.starts_at)} ${dto.meeting.place}`,
      makeupUntil: dto.meeting.makeup_until,
    },
    counts: {
      invited,
      came: present + late + made_up,
      leave: on_leave,
      missing: expected + absent + held,
      waiting: leave_waiting,
    },
    lines: dto.items.map(toRosterLine),
  }
}

export function toRosterLine(dto: RosterLineOut): RosterLine {
  const leave = dto.leave && dto.leave.status !== 'withdrawn' ? dto.leave : null
  const came = ['present', 'late', 'made_up'].includes(dto.standing)
  return {
    memberId: dto.member_id,
    name: dto.name,
    observer: dto.part === 'observer',
    standing: dto.standing,
    standingTitle: dto.standing_title,
    came,
    helped: dto.via === 'helper',
    said: came ? wayOf(dto) : dto.standing === 'held' ? dto.standing_title : leaveWords(leave),
    cameAt: came && dto.scanned_at ? Date.parse(dto.scanned_at) : 0,
    cameWhen: came && dto.scanned_at ? (dto.standing === 'made_up' ? day(dto.scanned_at) : clock(dto.scanned_at)) : '',
    leave: leave && {
      id: leave.id,
      title: `${leave.kind_title}，${leave.status_title}`,
      waiting: leave.status === 'asked',
      granted: leave.status === 'granted',
      reason: leave.reason ?? '',
    },
  }
}

const WAYS: Partial<Record<Schemas['Via'], string>> = {
  digits: '用六位数字',
  manual: '代为登记',
  elsewhere: '在其他支部参加',
}

function wayOf({ via, helper }: RosterLineOut): string {
  return via === 'helper' ? `用${helper ?? '他人'}的手机` : (via && WAYS[via]) || ''
}

function leaveWords(leave: RosterLineOut['leave']): string {
  if (!leave) return ''
  if (leave.status === 'asked') return `${leave.kind_title}待审批`
  return leave.status === 'granted' && leave.makeup_until
    ? `${leave.kind_title}，${day(leave.makeup_until)}前补课`
    : `${leave.kind_title}${leave.status === 'refused' ? '未批准' : ''}`
}
