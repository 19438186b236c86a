import { day, time, weekday } from '@/format/dates'

import { api } from './client'
import type { Place } from './identity'
import type { components } from './schema'

type Schemas = components['schemas']
export type MeetingKind = Schemas['MeetingKind']
export type Scope = Schemas['Scope']
export type Outline = Schemas['OutlineIn']

export const KINDS: readonly { kind: MeetingKind; title: string }[] = [
  { kind: 'theme_day', title: '主题党日' },
  { kind: 'members_meeting', title: '支部党员大会' },
  { kind: 'group_meeting', title: '党小组会' },
  { kind: 'lecture', title: '党课' },
  { kind: 'organizational_life', title: '组织生活会' },
  { kind: 'branch_committee_meeting', title: '支委会' },
  { kind: 'training', title: '集中培训' },
  { kind: 'volunteering', title: '志愿服务' },
]

/** What a plan would come to. `items` are the codes it would count for. */
export interface Preview {
  days: string[]
  window: string
  offered: { code: string; title: string }[]
  items: { code: string; title: string; words: string }[]
  expected: { organizationId: number; title: string; invited: number; observers: number }[]
  invited: number
}

/** The words of a plan; what it comes to is its outline. */
export interface PlanWords {
  /** Left out, each meeting is named by its month and kind. */
  title?: string
  topic: string
  place: string
  agenda: string
}

/** Whom a planner can choose among: the groups of a branch and the branches beside it, or, from above, those below. */
export interface Around {
  /** Whether the host has a list of its own; a 总支 invites its branches. */
  takesPart: boolean
  groups: Place[]
  others: Place[]
}

/** A meeting as it is planned now, for who changes it. */
export interface Planned extends PlanWords {
  id: number
  title: string
  version: number
  organizationId: number
  kind: MeetingKind
  startsAt: string
  endsAt: string
  opensAt: string
  lateAfter: string
  closesAt: string
  items: string[]
  lists: string
  following: number
}

export async function previewPlan(organizationId: number, outline: Outline): Promise<Preview> {
  const path = { organization_id: organizationId }
  return toPreview(await api.post('/organizations/{organization_id}/meeting-previews', { path, body: outline }))
}

/** Returns the id of the meeting, or of the first of a series. */
export async function planMeeting(
  organizationId: number,
  outline: Outline,
  words: PlanWords,
  key: string,
): Promise<number> {
  const body = { ...outline, ...words, shows_names: true }
  return (
    await api.post('/organizations/{organization_id}/meetings', {
      path: { organization_id: organizationId },
      body,
      key,
    })
  ).id
}

export async function changeMeeting(id: number, change: Schemas['MeetingChangeIn']): Promise<void> {
  await api.patch('/meetings/{meeting_id}', { path: { meeting_id: id }, body: change })
}

export async function readPlanned(id: number): Promise<Planned> {
  return toPlanned(await api.get('/meetings/{meeting_id}', { path: { meeting_id: id } }))
}

/** Read who is around a host; where its neighbours are not his to see, there are none. */
export async function readAround(organizationId: number): Promise<Around> {
  const [host, below] = await Promise.all([
    api.get('/organizations/{organization_id}', { path: { organization_id: organizationId } }),
    listBelow(organizationId),
  ])
  if (host.kind === 'group') return { takesPart: true, groups: [], others: [] }
  if (host.kind !== 'branch')
    return { takesPart: false, groups: [], others: below.filter(({ kind }) => kind === 'branch') }
  const beside = host.parent_id === null ? [] : await listBelow(host.parent_id).catch(() => [])
  const others = beside.filter(({ kind, id }) => kind === 'branch' && id !== organizationId)
  return { takesPart: true, groups: below.filter(({ kind }) => kind === 'group'), others }
}

async function listBelow(organizationId: number) {
  const query = { limit: 100 }
  return (
    await api.get('/organizations/{organization_id}/children', { path: { organization_id: organizationId }, query })
  ).items
}

/** Read whom one can name by hand. */
export async function listPeople(organizationId: number): Promise<Place[]> {
  const people: Place[] = []
  let cursor: string | undefined
  do {
    const page = await api.get('/organizations/{organization_id}/members', {
      path: { organization_id: organizationId },
      query: { limit: 100, cursor },
    })
    people.push(...page.items.map(({ id, name }) => ({ id, title: name })))
    cursor = page.next_cursor ?? undefined
  } while (cursor)
  return people
}

function toPreview(dto: Schemas['PreviewOut']): Preview {
  return {
    days: dto.days.map((each) => `${day(each)}（${weekday(each)}）`),
    window: `${time(dto.opens_at)}–${time(dto.closes_at)}，${time(dto.late_after)} 后算迟到`,
    offered: dto.offered.map(({ code, title }) => ({ code, title })),
    items: dto.items.map(({ code, title, quantity, unit }) => ({
      code,
      title: title ?? code,
      words: `${title ?? code}，${quantity} ${unit ?? ''}`,
    })),
    expected: dto.expected.map(({ organization_id, organization_title, invited, observers }) => ({
      organizationId: organization_id,
      title: organization_title,
      invited,
      observers,
    })),
    invited: dto.expected.reduce((all, { invited }) => all + invited, 0),
  }
}

function toPlanned(dto: Schemas['MeetingOut']): Planned {
  return {
    id: dto.id,
    version: dto.version,
    organizationId: dto.organization_id,
    kind: dto.kind,
    title: dto.title,
    topic: dto.topic,
    place: dto.place,
    agenda: dto.agenda,
    startsAt: dto.starts_at,
    endsAt: dto.ends_at,
    opensAt: dto.opens_at,
    lateAfter: dto.late_after,
    closesAt: dto.closes_at,
    items: dto.items.map(({ code }) => code),
    lists: dto.rosters.map(({ organization_title, invited }) => `${organization_title} ${invited} 人`).join('，'),
    following: dto.series.filter((each) => each.starts_at > dto.starts_at && each.phase === 'planned').length,
  }
}
