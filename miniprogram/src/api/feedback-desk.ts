import { day, time } from '@/format/dates'

import { api } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type FeedbackAction = Schemas['FeedbackAction']
export type FeedbackOutcome = Schemas['FeedbackOutcome']
export type FeedbackRefusal = Schemas['FeedbackRefusal']

export const OUTCOMES: readonly { outcome: FeedbackOutcome; title: string }[] = [
  { outcome: 'founded', title: '属实' },
  { outcome: 'partly_founded', title: '部分属实' },
  { outcome: 'unfounded', title: '不属实' },
  { outcome: 'unverifiable', title: '无法核实' },
]
export const REFUSALS: readonly { why: FeedbackRefusal; title: string }[] = [
  { why: 'not_ours', title: '不属于本党组织处理' },
  { why: 'repeated', title: '同一情况已在办理' },
  { why: 'too_vague', title: '内容不具体' },
]

/** One in the list; a flood is one line with its number. */
export interface FeedbackLine {
  id: number
  title: string
  beginning: string
  words: string
  tag: string
  overdue: boolean
  folded: string
}

export interface FeedbackCandidate {
  accountId: number
  name: string
  reason: string
}

/** A feedback for those who handle it; who reported is asked for apart. */
export interface FeedbackCase {
  id: number
  version: number
  title: string
  status: string
  due: string
  counted: string
  overdue: boolean
  facts: { name: string; text: string }[]
  words: string
  photos: string[]
  sealed: boolean
  identityGone: boolean
  investigator: string
  outcome: string
  finding: string
  reply: string
  steps: { title: string; when: string; who: string; said: string }[]
  candidates: FeedbackCandidate[]
  actions: FeedbackAction[]
  alike: number
}

interface Seen {
  id: number
  version: number
}

export async function listFeedbacks(organizationId: number, open: boolean): Promise<FeedbackLine[]> {
  const path = { organization_id: organizationId }
  const { items } = await api.get('/organizations/{organization_id}/feedbacks', { path, query: { open, limit: 100 } })
  return items.map(toLine)
}

export async function readFeedback(id: number): Promise<FeedbackCase> {
  return toCase(await api.get('/feedbacks/{feedback_id}', { path: { feedback_id: id } }))
}

export async function assignFeedback(seen: Seen, investigatorId: number, words: string): Promise<void> {
  const body = { version: seen.version, investigator_id: investigatorId, words: words.trim() || null }
  await api.post('/feedbacks/{feedback_id}/assign', { path: of(seen), body })
}

export async function refuseFeedback(seen: Seen, why: FeedbackRefusal, words: string, alike: boolean): Promise<void> {
  const body = { version: seen.version, why, words: words.trim(), alike }
  await api.post('/feedbacks/{feedback_id}/refuse', { path: of(seen), body })
}

export async function extendFeedback(seen: Seen, words: string): Promise<void> {
  await api.post('/feedbacks/{feedback_id}/extend', { path: of(seen), body: { version: seen.version, words } })
}

export async function answerFeedback(
  seen: Seen,
  outcome: FeedbackOutcome,
  finding: string,
  reply: string,
): Promise<void> {
  const body = { version: seen.version, outcome, finding: finding.trim(), reply: reply.trim() }
  await api.post('/feedbacks/{feedback_id}/answer', { path: of(seen), body })
}

/** Open who reported, which is written down; as words for the one who looks into it. */
export async function openReporter(seen: Seen): Promise<string> {
  const { name, contact } = await api.post('/feedbacks/{feedback_id}/identity', { path: of(seen) })
  return name ? [name, contact ?? '未留联系方式'].join('，') : '匿名'
}

export async function enterObjection(seen: Seen): Promise<void> {
  await api.post('/feedbacks/{feedback_id}/objection', { path: of(seen), body: { version: seen.version } })
}

/** The paper for the 纪委: an address to save it from, and its password, shown once. */
export async function printHandover(seen: Seen): Promise<{ name: string; address: string; password: string }> {
  const { name, file, password } = await api.post('/feedbacks/{feedback_id}/handover-file', { path: of(seen) })
  return { name, address: `data:application/pdf;base64,${file}`, password }
}

export async function handOver(seen: Seen): Promise<void> {
  await api.post('/feedbacks/{feedback_id}/hand-over', { path: of(seen), body: { version: seen.version } })
}

function of({ id }: Seen): { feedback_id: number } {
  return { feedback_id: id }
}

export function toLine(dto: Schemas['FeedbackLineOut']): FeedbackLine {
  const due = dto.due_on ? `${day(dto.due_on)}前` : ''
  const folded = dto.alike ? `内容相同 ${dto.count} 件` : `同一网络当天 ${dto.count} 件`
  return {
    id: dto.id,
    title: [`第 ${dto.id} 号`, dto.kind_title].filter(Boolean).join(' '),
    beginning: dto.beginning ?? '',
    words: `${dto.about}，${day(dto.received_at)} ${time(dto.received_at)}，${dto.named ? '留名' : '未留名'}`,
    tag: dto.overdue ? `已逾期，${due}` : due || dto.status_title,
    overdue: dto.overdue,
    folded: dto.count > 1 ? folded : '',
  }
}

export function toCase(dto: Schemas['FeedbackOut']): FeedbackCase {
  return {
    id: dto.id,
    version: dto.version,
    title: [`第 ${dto.id} 号`, dto.kind_title].filter(Boolean).join(' '),
    status: dto.status_title,
    due: dto.due ? `${day(dto.due.on)}前${dto.due.kind === 'admission' ? '受理' : '答复'}` : '',
    counted: dto.due?.counted ?? '',
    overdue: dto.due?.overdue ?? false,
    facts: [
      { name: '收到', text: `${day(dto.received_at)} ${time(dto.received_at)}` },
      { name: '党组织', text: dto.about },
      { name: '公示', text: dto.publicity ?? '' },
      { name: '反映对象', text: `${dto.about_name ?? ''}${dto.about_officer ? '（支部负责人）' : ''}` },
      { name: '核实人', text: dto.investigator ?? '' },
    ].filter(({ text }) => text),
    words: dto.words ?? '',
    photos: dto.photos,
    sealed: dto.sealed,
    identityGone: dto.identity_gone,
    investigator: dto.investigator ?? '',
    outcome: dto.outcome_title ?? '',
    finding: dto.finding ?? '',
    reply: dto.reply ?? '',
    steps: dto.steps.map(({ title, at, by, words }) => ({ title, when: day(at), who: by ?? '', said: words ?? '' })),
    candidates: dto.candidates.map((each) => ({
      accountId: each.account_id,
      name: each.name,
      reason: each.reason ?? '',
    })),
    actions: dto.actions,
    alike: dto.alike,
  }
}
