import { day } from '@/format/dates'
import { signed } from '@/format/points'

import { api } from './client'
import { type Late, toLate } from './late'
import type { components } from './schema'

type StatementOut = components['schemas']['StatementOut']
type StatementLineOut = components['schemas']['StatementLineOut']
type VerificationOut = components['schemas']['StatementVerificationOut']

export interface MonthHead {
  id: number
  title: string
  confirmed: boolean
  /** Whose turn it is, or who let it stand. */
  standing: string
}

export interface MonthLine {
  memberId: number
  name: string
  /** `—` without one. */
  position: string
  total: string
  change: string
  /** 补记 in words; empty without. */
  backdated: string
}

export interface Month extends MonthHead {
  summary: string
  lines: MonthLine[]
  late: Late | null
  /** The beginning of the hash, as boards print it. */
  hash: string
}

/** Read a branch's months, the latest first. */
export async function listMonths(organizationId: number): Promise<{ items: MonthHead[]; coming: string }> {
  const { items, coming } = await api.get('/organizations/{organization_id}/statements', {
    path: { organization_id: organizationId },
    query: { limit: 24 },
  })
  return { items: items.map(toMonthHead), coming: coming ?? '' }
}

export async function readMonth(id: number): Promise<Month> {
  return toMonth(await api.get('/statements/{statement_id}', { path: { statement_id: id } }))
}

/** Let a month stand: the board and the members' messages follow. */
export async function confirmMonth(id: number): Promise<void> {
  await api.post('/statements/{statement_id}/confirmation', { path: { statement_id: id } })
}

/** Compute a month again from the ledger; resolves to what to tell. */
export async function verifyMonth(id: number): Promise<string> {
  return toVerdict(await api.get('/statements/{statement_id}/verification', { path: { statement_id: id } }))
}

function toMonthHead(dto: StatementOut): MonthHead {
  return { id: dto.id, title: dto.title, confirmed: dto.status === 'confirmed', standing: standingOf(dto) }
}

function standingOf({ confirmed_at, confirmed_by, confirm_by, confirm_note }: StatementOut): string {
  if (!confirmed_at)
    return `待确认，${day(confirm_by)}以前没有确认的，下一个工作日自动确认${confirm_note ? `（${confirm_note}）` : ''}`
  return confirmed_by ? `${day(confirmed_at)}${confirmed_by}确认` : `${day(confirmed_at)}，期满自动确认`
}

export function toMonth(dto: components['schemas']['StatementDetailOut']): Month {
  const figures = [
    `${dto.members} 人`,
    dto.apart && `未参评 ${dto.apart} 人`,
    dto.average && `平均 ${dto.average}`,
    dto.median && `中位数 ${dto.median}`,
  ]
  return {
    ...toMonthHead(dto),
    summary: figures.filter(Boolean).join('，'),
    lines: dto.lines.map(toMonthLine),
    late: toLate(dto.late),
    hash: `${dto.hash.slice(0, 4)} ${dto.hash.slice(4, 8)}`,
  }
}

function toMonthLine(dto: StatementLineOut): MonthLine {
  return {
    memberId: dto.member_id,
    name: dto.name,
    position: dto.position === null ? '—' : String(dto.position),
    total: dto.total ?? dto.note ?? '',
    change: dto.change === null ? '' : signed(dto.change),
    backdated: dto.backdated
      .map(({ month, entries, points }) => `补记 ${Number(month.slice(5))} 月 ${entries} 笔 ${signed(points)}`)
      .join('，'),
  }
}

export function toVerdict({ matches, first }: VerificationOut): string {
  if (matches) return '按台账重算，与汇总完全一致。'
  return `与台账不一致：${first ? `${first.what}，汇总为 ${first.stored}，重算为 ${first.computed}` : '校验值不同'}。请不要确认，并报告上级党组织。`
}
