import { day } from '@/format/dates'

import type { YearState } from './branch-years'
import { api } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
type ResultOut = Schemas['ResultOut']

/** A member's result of a year. `total` is empty under 另行通报 and for who was 不列入 all year; `note` says so. */
export interface Result {
  memberId: number
  name: string
  year: number
  organizationId: number
  state: YearState
  standing: ResultOut['standing']
  total: string
  note: string
  /** `第 3 名`, where the branch shows positions. */
  position: string
  /** Said where it replaces an earlier one. */
  corrected: string
  drawn: string
  /** 校验码. */
  code: string
}

export interface BranchResults {
  year: number
  edition: string
  counts: string
  items: Result[]
}

/** One's results of all years that one's branch has heard, the latest first. */
export async function listResults(): Promise<Result[]> {
  return (await api.get('/me/results', {})).items.map(toResult)
}

/** A branch's results of a year, for those who keep them. */
export async function readBranchResults(organizationId: number, year: number): Promise<BranchResults> {
  const path = { organization_id: organizationId, year }
  const { edition, scored, exempt, negative, items } = await api.get(
    '/organizations/{organization_id}/years/{year}/results',
    { path },
  )
  const apart = [exempt ? `不列入 ${exempt} 人` : '', negative ? `另行通报 ${negative} 人` : '']
  return {
    year,
    edition: `第 ${edition.edition} 版，${day(edition.drawn_at)}形成`,
    counts: [`${scored + exempt + negative} 人`, ...apart].filter(Boolean).join('，'),
    items: items.map(toResult),
  }
}

export function toResult(dto: ResultOut): Result {
  return {
    memberId: dto.member_id,
    name: dto.name,
    year: dto.year,
    organizationId: dto.organization_id,
    state: dto.state,
    standing: dto.standing,
    total: dto.total ?? '',
    note: dto.note ?? '',
    position: dto.position === null ? '' : `第 ${dto.position} 名`,
    corrected: dto.corrected ? `已更正，这是第 ${dto.edition} 版，以此为准` : '',
    drawn: day(dto.drawn_at),
    code: `${dto.hash.slice(0, 4)}-${dto.hash.slice(4, 8)}`.toUpperCase(),
  }
}
