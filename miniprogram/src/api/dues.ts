import { day } from '@/format/dates'
import { yuan } from '@/format/money'

import { api } from './client'
import type { components } from './schema'

type MonthRowOut = components['schemas']['MonthRowOut']
type MonthTableOut = components['schemas']['MonthTableOut']
type DuesOut = components['schemas']['DuesOut']
type DuesConsentOut = components['schemas']['DuesConsentOut']
type PasteRowOut = components['schemas']['PasteRowOut']
export type DuesConsentIn = components['schemas']['DuesConsentIn']
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
  consent: Consent | null
}

/** What the branch agreed to: paying by the quarter, or later. */
export interface Consent {
  id: number
  fromMonth: string
  /** It is neither over by its own end nor ended. */
  holds: boolean
  title: string
  words: string
  reason: string
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

const TONES: Record<DuesState, string> = {
  open: '',
  paid: 'ok',
  late: 'warn',
  short: 'warn',
  missing: 'warn',
  waived: '',
}
const SETTLED: readonly (DuesState | null)[] = ['paid', 'waived']

/** Read a branch's month: everyone who owes dues. */
export async function readDuesMonth(organizationId: number, month: string): Promise<DuesMonth> {
  return toDuesMonth(
    await api.get('/organizations/{organization_id}/dues/{month}', {
      path: { organization_id: organizationId, month },
    }),
  )
}

export function toDuesMonth(dto: MonthTableOut): DuesMonth {
  const titles = new Map<string, number>()
  for (const row of dto.rows) titles.set(row.state_title, (titles.get(row.state_title) ?? 0) + 1)
  return {
    month: dto.month,
    rows: dto.rows.map(toDebtor),
    summary: [...titles].map(([title, count]) => `${title} ${count} 人`).join('，'),
    sums:
      !dto.due_cents || dto.paid_cents === null
        ? ''
        : `已登记应交 ${yuan(dto.due_cents)} 元，实交 ${yuan(dto.paid_cents)} 元`,
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
    words: [inWords(dto), dto.consent && dto.state !== 'paid' ? `${day(dto.due_on)}前交齐` : '']
      .filter(Boolean)
      .join('，'),
    due: dto.due_cents,
    paid: dto.paid_cents,
    paidOn: dto.paid_on,
    consent: dto.consent && toConsent(dto.consent),
  }
}

function inWords({
  due_cents,
  paid_cents,
  paid_on,
}: Pick<MonthRowOut, 'due_cents' | 'paid_cents' | 'paid_on'>): string {
  if (due_cents === null || paid_cents === null) return ''
  const paid = paid_cents ? `实交 ${yuan(paid_cents)} 元` : '没有交纳'
  return [`应交 ${yuan(due_cents)} 元`, paid, paid_on && day(paid_on)].filter(Boolean).join('，')
}

export interface OwnMonth {
  title: string
  tag: Debtor['tag']
  words: string
}

export interface OwnYear {
  months: OwnMonth[]
  consents: Consent[]
}

/** Read a member's own year, the latest month first, and what the branch agreed to. */
export async function readOwnDues(memberId: number, year: number): Promise<OwnYear> {
  const { items, consents } = await api.get('/members/{member_id}/dues', {
    path: { member_id: memberId },
    query: { year },
  })
  return { months: items.map(toOwnMonth).reverse(), consents: consents.map(toConsent) }
}

export function toConsent(dto: DuesConsentOut): Consent {
  const ended =
    dto.ended_from === null
      ? ''
      : dto.ended_from === dto.from_month
        ? '已撤销'
        : `自 ${inMonths(dto.ended_from)} 起终止`
  const due = dto.kind === 'quarterly' ? '每季度末前交齐' : `${day(dto.due_on)}前交齐`
  return {
    id: dto.id,
    fromMonth: dto.from_month,
    holds: dto.ended_from === null,
    title: `${dto.kind_title}：${inMonths(dto.from_month)}至 ${inMonths(dto.until_month)}`,
    words: ended || `${due}，${day(dto.agreed_on)}${dto.organization}同意`,
    reason: dto.ended_reason ?? dto.reason,
  }
}

/** `2026 年 7 月`. */
export function inMonths(month: string): string {
  return `${month.slice(0, 4)} 年 ${Number(month.slice(5))} 月`
}

function toOwnMonth(dto: DuesOut): OwnMonth {
  return {
    title: `${Number(dto.month.slice(5))} 月`,
    tag: { words: dto.state_title, tone: TONES[dto.state] },
    words: inWords(dto),
  }
}

type Month = { memberId: number; month: string }

export async function registerDues({ memberId, month }: Month, payment: Payment): Promise<void> {
  await api.put('/members/{member_id}/dues/{month}', { path: { member_id: memberId, month }, body: payment })
}

export async function correctDues({ memberId, month }: Month, payment: Payment, reason: string): Promise<void> {
  await api.post('/members/{member_id}/dues/{month}/correct', {
    path: { member_id: memberId, month },
    body: { ...payment, reason },
  })
}

export async function waiveDues({ memberId, month }: Month, reason: string): Promise<void> {
  await api.post('/members/{member_id}/dues/{month}/waive', { path: { member_id: memberId, month }, body: { reason } })
}

export async function recordConsent(memberId: number, consent: DuesConsentIn): Promise<void> {
  await api.post('/members/{member_id}/dues-consents', { path: { member_id: memberId }, body: consent })
}

export async function endConsent(
  memberId: number,
  consentId: number,
  fromMonth: string,
  reason: string,
): Promise<void> {
  const path = { member_id: memberId, consent_id: consentId }
  await api.post('/members/{member_id}/dues-consents/{consent_id}/end', {
    path,
    body: { from_month: fromMonth, reason },
  })
}

/** A pasted line: as it was pasted, how it was read, and what it leads to. */
export interface PastedLine {
  line: number
  text: string
  read: string
  tag: { words: string; tone: string }
  problem: string
}

export interface Pasted {
  lines: PastedLine[]
  registered: number
  errors: number
  summary: string
  /** Some line leaves the year or the month out. */
  lacksMonth: boolean
}

const OUTCOMES: Record<PasteRowOut['outcome'], { words: string; tone: string }> = {
  registered: { words: '登记', tone: 'ok' },
  unchanged: { words: '已登记过', tone: '' },
  unpaid: { words: '未交', tone: '' },
  skipped: { words: '不登记', tone: '' },
  error: { words: '有问题', tone: 'warn' },
}

/** Read pasted lines; with `apply` register those that are right. */
export async function pasteDues(organizationId: number, text: string, month: string, apply: boolean): Promise<Pasted> {
  const body = { text, apply, month: month || null }
  const dto = await api.post('/organizations/{organization_id}/dues/paste', {
    path: { organization_id: organizationId },
    body,
  })
  const count = (outcome: PasteRowOut['outcome']) => dto.rows.filter((row) => row.outcome === outcome).length
  const parts: [string, number][] = [
    ['登记', dto.registered],
    ['未交', count('unpaid')],
    ['已登记过', count('unchanged')],
    ['不登记', count('skipped')],
    ['有问题', dto.errors],
  ]
  return {
    lines: dto.rows.map(toPastedLine),
    registered: dto.registered,
    errors: dto.errors,
    summary: `共 ${dto.rows.length} 行：${parts
      .filter(([, number]) => number)
      .map(([words, number]) => `${words} ${number} 行`)
      .join('，')}`,
    lacksMonth: dto.rows.some(({ outcome, message }) => outcome === 'error' && /没有写(年份|月份)/.test(message ?? '')),
  }
}

export function toPastedLine(dto: PasteRowOut): PastedLine {
  const read = [dto.name, dto.month && inMonths(dto.month), inWords(dto)].filter(Boolean).join('，')
  const problem = dto.message && dto.column ? `${dto.column}：${dto.message}` : (dto.message ?? '')
  return { line: dto.line, text: dto.text, read, tag: OUTCOMES[dto.outcome], problem }
}
