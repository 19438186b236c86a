import { api } from './client'
import type { components } from './schema'

type OverviewOut = components['schemas']['OverviewOut']
type ComparedOut = components['schemas']['ComparedOut']
type PendingOut = components['schemas']['PendingOut']

export type Column = 'average' | 'attendance' | 'review' | 'pending'

export interface Unit {
  id: number
  title: string
  members: number
  /** What stands in each column; `—` where there is nothing to say. */
  shown: Record<Column, string>
  /** The same to sort by; null goes last. */
  figures: Record<Column, number | null>
  /** Whether there is something below it to look at. */
  words: string
}

export interface Pending {
  kind: keyof PendingOut
  title: string
  count: number
}

export interface Overview {
  title: string
  kind: OverviewOut['kind']
  /** Of when the figures are. */
  asOf: string
  total: Unit
  pending: Pending[]
  units: Unit[]
}

const KINDS: Record<keyof PendingOut, string> = {
  claims: '待审核申报',
  leaves: '待批请假',
  rosters: '待确认名单',
  statements: '待确认月汇总',
  unreached: '未送达',
}

/** Read how the units right below an organization stand beside each other, and what waits with them. */
export async function readOverview(organizationId: number): Promise<Overview> {
  return toOverview(
    await api.get('/organizations/{organization_id}/overview', { path: { organization_id: organizationId } }),
  )
}

export function toOverview(dto: OverviewOut): Overview {
  const month =
    dto.period && /^\d{4}-\d\d$/.test(dto.period)
      ? `${Number(dto.period.slice(0, 4))} 年 ${Number(dto.period.slice(5))} 月`
      : dto.period && `${dto.period.slice(0, 4)} 年度`
  return {
    title: dto.title,
    kind: dto.kind,
    asOf: [month && `平均分为 ${month}汇总`, '出勤和审核用时为近 90 天'].filter(Boolean).join('，'),
    total: toUnit({ organization_id: dto.organization_id, title: dto.title, figures: dto.total }),
    pending: toPending(dto.total.pending),
    units: dto.units.map(toUnit),
  }
}

function toUnit({
  organization_id,
  title,
  figures,
}: {
  organization_id: number
  title: string
  figures: ComparedOut
}): Unit {
  const pending = toPending(figures.pending)
  const waiting = pending.reduce((sum, { count }) => sum + count, 0)
  return {
    id: organization_id,
    title,
    members: figures.members,
    shown: {
      average: figures.average ?? '—',
      attendance: figures.attendance === null ? '—' : `${Number(figures.attendance)}%`,
      review: figures.review_days === null ? '—' : `${figures.review_days} 天`,
      pending: `${waiting} 件`,
    },
    figures: {
      average: figure(figures.average),
      attendance: figure(figures.attendance),
      review: figure(figures.review_days),
      pending: waiting,
    },
    words: pending.map(({ title: name, count }) => `${name} ${count}`).join('，'),
  }
}

function toPending(dto: PendingOut): Pending[] {
  const kinds = Object.keys(KINDS) as (keyof PendingOut)[]
  return kinds.filter((kind) => dto[kind] > 0).map((kind) => ({ kind, title: KINDS[kind], count: dto[kind] }))
}

function figure(text: string | null): number | null {
  return text === null ? null : Number(text)
}

/** In a column's order, largest first unless `rising`; what has no figure goes last either way. */
export function sorted(units: Unit[], column: Column, rising: boolean): Unit[] {
  return [...units].sort((one, other) => {
    const [left, right] = [one.figures[column], other.figures[column]]
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return rising ? left - right : right - left
  })
}
