import { day, today, weekday } from '@/format/dates'

import { api, download } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
type DetailOut = Schemas['PublicityDetailOut']
type ItemOut = Schemas['PublicityItemOut']
export type PublicityPhase = Schemas['PublicityPhase']

/** A publicity in a list. `words` say where it stands: 公示中，还剩 3 个工作日. */
export interface PublicityItem {
  id: number
  title: string
  organization: string
  phase: PublicityPhase
  words: string
  span: string
}

/** A day of the strip; one that does not count says why. */
export interface PublicityDay {
  key: string
  number: string
  words: string
  standing: 'gone' | 'today' | 'ahead' | 'off'
}

export interface PublicityGroup {
  heading: string
  mark: string
  entries: { name: string; words: string; own: boolean }[]
}

export interface Publicity extends PublicityItem {
  organizationId: number
  lastDay: string
  text: string
  /** 5 个工作日，全部在学期内. */
  counted: string
  days: PublicityDay[]
  /** What was moved, and why; while it is paused, when it goes on. */
  moves: string[]
  facts: { name: string; words: string[] }[]
  groups: PublicityGroup[]
  listed: number
  unlisted: number
  lines: string[]
  code: string
  /** Why it was withdrawn; for officers. */
  withdrawn: string
}

const MOST = 50

/** Read a branch's publicities, the newest first. */
export async function listPublicities(organizationId: number): Promise<PublicityItem[]> {
  const call = { path: { organization_id: organizationId }, query: { limit: MOST } }
  return (await api.get('/organizations/{organization_id}/publicities', call)).items.map(toItem)
}

/** Read one of them as it stands in the list; null where it is no more. */
export async function readPublicityItem(organizationId: number, id: number): Promise<PublicityItem | null> {
  return (await listPublicities(organizationId)).find((each) => each.id === id) ?? null
}

/** Read all of it, with the names. Throws ApiError 410 once it is over, for whoever is no officer. */
export async function readPublicity(id: number): Promise<Publicity> {
  return toPublicity(await api.get('/publicities/{publicity_id}', { path: { publicity_id: id } }), today())
}

/** Fetch the A3 poster of one that was approved; resolves to where it lies on this phone. */
export function fetchPoster(id: number): Promise<string> {
  return download({ path: `/publicities/${id}/poster.pdf` })
}

/** Fetch it on A4; for officers. Resolves to where it lies on this phone. */
export function fetchNotice(id: number): Promise<string> {
  return download({ path: `/publicities/${id}/notice?format=pdf` })
}

function toItem(dto: ItemOut): PublicityItem {
  const { id, title, organization, phase, phase_words, first_day, last_day } = dto
  return { id, title, organization, phase, words: phase_words, span: spanOf(first_day, last_day) }
}

/** `3 月 1 日至 5 日 24:00`; the month again where it is another. */
function spanOf(first: string, last: string): string {
  const sameMonth = first.slice(0, 7) === last.slice(0, 7)
  return `${day(first)}至 ${sameMonth ? `${Number(last.slice(8))} 日` : day(last)} 24:00`
}

export function toPublicity(dto: DetailOut, on: string): Publicity {
  return {
    ...toItem(dto),
    organizationId: dto.organization_id,
    lastDay: dto.last_day,
    text: dto.text,
    counted: dto.counted,
    days: dto.days.map((each) => toDay(each, on)),
    moves: [
      ...(dto.resumes_on ? [`${day(dto.resumes_on)}继续，还剩 ${dto.left} 个工作日`] : []),
      ...dto.moves.map(({ old_day, new_day, reason }) => `最后一天由 ${day(old_day)}改为 ${day(new_day)}（${reason}）`),
    ],
    facts: factsOf(dto),
    groups: dto.groups.map(({ heading, mark, entries }) => ({
      heading,
      mark,
      entries: entries.map(({ name, words, own }) => ({ name, words: words.join(' '), own })),
    })),
    listed: dto.listed,
    unlisted: dto.unlisted,
    lines: dto.lines,
    code: dto.code,
    withdrawn: dto.withdrawn_at
      ? [`${day(dto.withdrawn_at)}撤回`, dto.withdrawn_reason].filter(Boolean).join('：')
      : '',
  }
}

function toDay({ day: on, counts, why }: Schemas['StripDayOut'], now: string): PublicityDay {
  const standing = !counts ? 'off' : on < now ? 'gone' : on === now ? 'today' : 'ahead'
  return {
    key: on,
    number: String(Number(on.slice(8))),
    words: on === now ? '今天' : counts ? weekday(on) : (why ?? '不计'),
    standing,
  }
}

function factsOf(dto: DetailOut): Publicity['facts'] {
  const { proposed, approved, telephones } = dto
  return [
    { name: '提出', words: [signOf(proposed)] },
    { name: '批准', words: approved ? [signOf(approved)] : [] },
    { name: '范围', words: [dto.place ? `${dto.scope_title}；张贴在${dto.place}` : dto.scope_title] },
    { name: '电话', words: telephones.map(({ title, number }) => `${title} ${number}`) },
  ].filter(({ words }) => words.length)
}

function signOf({ name, role_title, for_committee, at }: Schemas['PublicitySignOut']): string {
  return `${name}，${for_committee ? '受支委会委托，' : ''}${role_title}，${day(at)}`
}
