import { day } from '@/format/dates'

import { api } from './client'
import { type Tag, TONES } from './meetings'
import type { components } from './schema'

type MemberAttendanceOut = components['schemas']['MemberAttendanceOut']
type AppearanceOut = components['schemas']['AppearanceOut']
type Tally = components['schemas']['AttendanceTallyOut']

export interface Attended {
  id: number
  title: string
  when: string
  kind: string
  tag: Tag
}

export interface Rate {
  title: string
  /** Such as `92.3%`; empty while there is none. */
  rate: string
  words: string
  /** Per cent, for the bar. */
  share: number
}

export interface Attendance {
  year: number
  total: Rate
  kinds: Rate[]
  /** 补课 still to be done, the most urgent first. */
  makeups: { id: number; title: string; due: string; overdue: boolean }[]
  /** Latest first. */
  meetings: Attended[]
}

/** Read a member's year of meetings. */
export async function readAttendance(memberId: number, year: number, today: string): Promise<Attendance> {
  return toAttendance(
    await api.get('/members/{member_id}/attendance', { path: { member_id: memberId }, query: { year } }),
    today,
  )
}

/** `today`: a day of Shanghai. */
export function toAttendance(dto: MemberAttendanceOut, today: string): Attendance {
  return {
    year: dto.year,
    total: toRate('出勤率', dto.total),
    kinds: dto.kinds.filter(({ owed }) => owed > 0).map((kind) => toRate(kind.kind_title, kind)),
    makeups: dto.items
      .flatMap(({ meeting_id, title, makeup_due }) => (makeup_due ? [{ id: meeting_id, title, makeup_due }] : []))
      .sort((one, other) => one.makeup_due.localeCompare(other.makeup_due))
      .map(({ id, title, makeup_due }) => ({ id, title, due: day(makeup_due), overdue: makeup_due < today })),
    meetings: [...dto.items].reverse().map(toAttended),
  }
}

function toRate(title: string, tally: Tally): Rate {
  const counts: [string, number][] = [
    ['应到', tally.owed],
    ['实到', tally.attended],
    ['其中迟到', tally.late],
    ['补课', tally.made_up],
    ['请假', tally.on_leave],
    ['缺席', tally.absent],
  ]
  const words = counts.filter(([, count], index) => count > 0 || index < 2).map(([name, count]) => `${name} ${count}`)
  return {
    title,
    rate: tally.rate ? `${Number(tally.rate)}%` : '',
    words: words.join('，'),
    share: Number(tally.rate ?? 0),
  }
}

function toAttended(dto: AppearanceOut): Attended {
  return { id: dto.meeting_id, title: dto.title, when: day(dto.on), kind: dto.kind_title, tag: tagOf(dto) }
}

function tagOf({ part, standing, standing_title }: AppearanceOut): Tag {
  const came = standing === 'present' || standing === 'late'
  if (part === 'observer' && !came) return { words: '列席', tone: '' }
  return { words: standing === 'expected' ? '待签到' : standing_title, tone: TONES[standing] ?? '' }
}
