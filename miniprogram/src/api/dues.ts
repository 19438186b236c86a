import { day } from '@/format/dates'
import { yuan } from '@/format/money'

import { api } from './client'
import type { components } from './schema'

type MonthRowOut = components['schemas']['MonthRowOut']
type MonthTableOut = components['schemas']['MonthTableOut']
type DuesOut = components['schemas']['DuesOut']
export type DuesState = components['schemas']['DuesState']

export interface Debtor {
  memberId: number
  name: string
  state: DuesState | null
  tag: { words: string; tone: string }
  /** What is on record in words; empty where there is nothing. */
  words: string
  /** Whole 分; null where nothing is on record. */
  due: number | null
  paid: number | null
  paidOn: string | null
}

export interface DuesMonth {
  month: string
  rows: Debtor[]
  /** Such as `已交 9 人，未登记 3 人`. */
  summary: string
  sums: string
}

export interface Payment {
  due_cents: number
  paid_cents: number
  paid_on: string | null
}

const TONES: Record<DuesState, string> = { open: '', paid: 'ok', late: 'warn', short: 'warn', missing: 'warn', waived: '' }
const SETTLED: readonly (DuesState | null)[] = ['paid', 'waived']

/** Read a branch's month: everyone who owes dues. */
export async function readDuesMonth(organizationId: number, month: string): Promise<DuesMonth> {
  return toDuesMonth(await api.get('/organizations/{organization_id}/dues/{month}', { path: { organization_id: organizationId, month } }))
}

export function toDuesMonth(dto: MonthTableOut): DuesMonth {
  const titles = new Map<string, number>()
  for (const row of dto.rows) titles.set(row.state_title, (titles.get(row.state_title) ?? 0) + 1)
  return {
    month: dto.month,
    rows: dto.rows.map(toDebtor),
    summary: [...titles].map(([title, count]) => `${title} ${count} 人`).join('，'),
    sums: !dto.due_cents || dto.paid_cents === null ? '' : `已登记应交 ${yuan(dto.due_cents)} 元，实交 ${yuan(dto.paid_cents)} 元`,
  }
}

/** Whether nothing more is to be done about a month. */
export function isSettled({ state }: Debtor): boolean {
  return SETTLED.includes(state)
}

function toDebtor(dto: MonthRowOut): Debtor {
  return {
    memberId: dto.member_id,
    name: dto.name,
    state: dto.state,
    tag: { words: dto.state_title, tone: dto.state ? TONES[dto.state] : '' },
    words: inWords(dto),
    due: dto.due_cents,
    paid: dto.paid_cents,
    paidOn: dto.paid_on,
  }
}

function inWords({ due_cents, paid_cents, paid_on }: Pick<MonthRowOut, 'due_cents' | 'paid_cents' | 'paid_on'>): string {
  if (due_cents === null || paid_cents === null) return ''
  const paid = paid_cents ? `实交 ${yuan(paid_cents)} 元` : '没有交纳'
  return [`应交 ${yuan(due_cents)} 元`, paid, paid_on && day(paid_on)].filter(Boolean).join('，')
}

export interface OwnMonth {
  title: string
  tag: Debtor['tag']
  words: string
}

/** Read a member's own year, the latest month first. */
export async function readOwnDues(memberId: number, year: number): Promise<OwnMonth[]> {
  const { items } = await api.get('/members/{member_id}/dues', { path: { member_id: memberId }, query: { year } })
  return items.map(toOwnMonth).reverse()
}

function toOwnMonth(dto: DuesOut): OwnMonth {
  return { title: `${Number(dto.month.slice(5))} 月`, tag: { words: dto.state_title, tone: TONES[dto.state] }, words: inWords(dto) }
}

type Month = { memberId: number; month: string }

export async function registerDues({ memberId, month }: Month, payment: Payment): Promise<void> {
  await api.put('/members/{member_id}/dues/{month}', { path: { member_id: memberId, month }, body: payment })
}

export async function correctDues({ memberId, month }: Month, payment: Payment, reason: string): Promise<void> {
  await api.post('/members/{member_id}/dues/{month}/correct', { path: { member_id: memberId, month }, body: { ...payment, reason } })
}

export async function waiveDues({ memberId, month }: Month, reason: string): Promise<void> {
  await api.post('/members/{member_id}/dues/{month}/waive', { path: { member_id: memberId, month }, body: { reason } })
}
