/** A meeting in the making: what is filled in, what is still wrong with it, and what is sent. */
import { reactive, watch } from 'vue'

import { newKey } from '@/api/client'
import * as ErrorCode from '@/api/error-codes'
import { KINDS, type MeetingKind, type Outline, type Planned, type PlanWords, type Scope } from '@/api/planning'
import { dayOf, instant, month, time } from '@/format/dates'
import { forget, store, stored } from '@/state/stored'

export interface Draft extends PlanWords {
  kind: MeetingKind
  title: string
  /** Whether the title was written by hand; else it follows kind and month. */
  named: boolean
  day: string
  at: string
  minutes: number
  /** Check-in, in minutes before and after the beginning. */
  opens: number
  late: number
  closes: number
  scope: Scope
  groups: number[]
  people: number[]
  observers: number[]
  others: number[]
  /** null: what the kind counts for. */
  items: string[] | null
  repeat: '' | 'day' | 'weekday'
  until: string
  key: string
}

export type Field = 'title' | 'place' | 'time' | 'window' | 'people' | 'items' | 'repeat'
export type Problems = Partial<Record<Field, string>>

export const DURATIONS = [30, 45, 60, 90, 120, 150, 180, 240]

export function emptyDraft(now: Date): Draft {
  const tomorrow = dayOf(new Date(now.getTime() + 86_400_000))
  const words = { title: '', topic: '', place: '', agenda: '' }
  const lists = { scope: 'all' as const, groups: [], people: [], observers: [], others: [] }
  const times = { day: tomorrow, at: '14:30', minutes: 90, opens: 20, late: 10, closes: 20 }
  return {
    kind: 'theme_day',
    named: false,
    ...words,
    ...times,
    ...lists,
    items: null,
    repeat: '',
    until: tomorrow,
    key: newKey(),
  }
}

/** Let it recur; of itself until the end of the year, in December until the end of the next. */
export function repeatBy(draft: Draft, repeat: Draft['repeat']): void {
  draft.repeat = repeat
  const [year, month] = draft.day.split('-').map(Number) as [number, number]
  if (repeat && draft.until <= draft.day) draft.until = `${month === 12 ? year + 1 : year}-12-31`
}

/** The plan of a meeting that is there already, to be changed; its lists stay as they are. */
export function draftOf(planned: Planned, now: Date): Draft {
  const from = Date.parse(planned.startsAt)
  const minutes = (instantOf: string) => Math.round((Date.parse(instantOf) - from) / 60_000)
  const { kind, title, topic, place, agenda, items } = planned
  return {
    ...emptyDraft(now),
    ...{ kind, title, topic, place, agenda, items, named: true },
    day: dayOf(new Date(from)),
    at: time(planned.startsAt),
    minutes: minutes(planned.endsAt),
    opens: -minutes(planned.opensAt),
    late: minutes(planned.lateAfter),
    closes: minutes(planned.closesAt),
  }
}

/** A plan in the making. From `keepAt` on it stays on this phone, under that name, until the meeting is planned. */
export function useDraft(now: Date) {
  const draft = reactive<Draft>(emptyDraft(now))
  let place = ''
  watch(draft, () => place && store(place, { ...draft }), { deep: true })

  function keepAt(name: string): void {
    Object.assign(draft, stored<Partial<Draft>>(name, {}))
    place = name
  }

  function done(): void {
    if (place) forget(place)
    place = ''
  }
  return { draft, keepAt, done }
}

export function titleOf(draft: Draft): string {
  const kind = KINDS.find((each) => each.kind === draft.kind)?.title ?? ''
  return draft.named ? draft.title.trim() : `${month(draft.day)} 月${kind}`
}

/** What was written; a title only if it is not that of `before`, so that a change of all to come leaves each its
 * name. */
export function wordsOf(draft: Draft, before?: Planned): PlanWords {
  const title = draft.named && draft.title.trim() !== before?.title ? draft.title.trim() : undefined
  return { title, topic: draft.topic.trim(), place: draft.place.trim(), agenda: draft.agenda.trim() }
}

/** What one can tell without asking the server; the preview tells the rest. */
export function problemsOf(draft: Draft): Problems {
  const problems: Problems = {}
  if (!titleOf(draft)) problems.title = '请写一个名称'
  if (!draft.place.trim()) problems.place = '请写明地点'
  if (draft.scope === 'group' && !draft.groups.length) problems.people = '请选择参加的党小组'
  if (draft.scope === 'chosen' && !draft.people.length) problems.people = '请选择参加的人员'
  if (draft.repeat && draft.until < draft.day) problems.repeat = '重复的截止日期不能早于首次会议'
  return problems
}

const FIELDS: Record<string, Field> = {
  [ErrorCode.end_before_start]: 'time',
  [ErrorCode.too_long]: 'time',
  [ErrorCode.too_long_ago]: 'time',
  [ErrorCode.window_order]: 'window',
  [ErrorCode.unknown_item]: 'items',
  [ErrorCode.item_repeated]: 'items',
  [ErrorCode.no_roster]: 'people',
  [ErrorCode.roster_incomplete]: 'people',
  [ErrorCode.roster_scope]: 'people',
  [ErrorCode.roster_in_use]: 'people',
  [ErrorCode.invalid_repeat]: 'repeat',
}

/** Under which field a refusal of the server belongs, if under one. */
export function fieldOf(code: string): Field | undefined {
  return FIELDS[code]
}

export function timesOf(
  draft: Draft,
): Pick<Outline, 'starts_at' | 'ends_at' | 'opens_at' | 'late_after' | 'closes_at'> {
  const from = Date.parse(instant(draft.day, draft.at))
  const after = (minutes: number) => new Date(from + minutes * 60_000).toISOString()
  return {
    starts_at: after(0),
    ends_at: after(draft.minutes),
    opens_at: after(-draft.opens),
    late_after: after(draft.late),
    closes_at: after(draft.closes),
  }
}

/** What is previewed and planned. The host is `organizationId`; without it, as for a 总支, each of `others` has a
 * list. */
export function outlineOf(draft: Draft, organizationId: number, takesPart: boolean): Outline {
  return {
    kind: draft.kind,
    ...timesOf(draft),
    items: draft.items && draft.items.map((code) => ({ code })),
    rosters: rostersOf(draft, organizationId, takesPart),
    observers: draft.observers,
    repeat: draft.repeat ? { every: 'month', by: draft.repeat, until: draft.until } : null,
  }
}

function rostersOf(draft: Draft, organizationId: number, takesPart: boolean): Outline['rosters'] {
  const whole = (id: number) => ({ organization_id: id, scope: 'all' as const, group_ids: [], member_ids: [] })
  if (!takesPart) return draft.others.length ? draft.others.map(whole) : null
  const own = {
    organization_id: organizationId,
    scope: draft.scope,
    group_ids: draft.scope === 'group' ? draft.groups : [],
    member_ids: draft.scope === 'chosen' ? draft.people : [],
  }
  return [own, ...draft.others.map(whole)]
}
