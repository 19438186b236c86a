import { day } from '@/format/dates'
import { signed } from '@/format/points'

import { api } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
type Attendance = Schemas['AttendanceRemedy']

/** What is to be done otherwise than it is filled in. */
export interface Wished {
  seq?: number
  points?: string
  attendance?: Attendance
}

/** The act at the source that puts right what was upheld, filled in. */
export interface Correction {
  version: number
  /** Where it is done and what; empty while an entry is to be chosen. */
  place: string
  words: string
  choices: { key: Attendance; title: string }[]
  attendance: Attendance | null
  /** What a claim or a decision is allowed; null where there is nothing to allow. */
  points: string | null
  /** The entries of a month or a year, one of which is put right. */
  components: { seq: number; title: string; words: string }[]
  figures: { label: string; before: string; after: string }[]
  /** Another person confirms it at the source. */
  inSteps: boolean
  mayAct: boolean
  refusal: string
}

/** Read what would be done, and what comes of it. */
export async function readCorrection(id: number, wished: Wished): Promise<Correction> {
  const path = { objection_id: id }
  return toCorrection(await api.get('/objections/{objection_id}/correction', { path, query: wished }))
}

export function toCorrection(dto: Schemas['UpheldCorrectionOut']): Correction {
  return {
    version: dto.version,
    place: dto.place ?? '',
    words: dto.words ?? '',
    choices: dto.choices.map(({ value, title }) => ({ key: value, title })),
    attendance: dto.remedy?.attendance ?? null,
    points: dto.remedy?.points ?? null,
    components: dto.components.map((each) => ({
      seq: each.seq,
      title: each.title,
      words: `${day(each.on)}，${signed(each.points)} 分`,
    })),
    figures: dto.figures,
    inSteps: dto.in_steps,
    mayAct: dto.may_act,
    refusal: dto.refusal ?? '',
  }
}

/** Do it at its source. */
export async function carryOut(id: number, version: number, wished: Wished): Promise<void> {
  await api.post('/objections/{objection_id}/correction', {
    path: { objection_id: id },
    body: { version, ...wished },
  })
}
