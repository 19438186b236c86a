import { day } from '@/format/dates'

import { api } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type FeedbackKind = Schemas['FeedbackKind']

export const FEEDBACK_KINDS: readonly { kind: FeedbackKind; title: string }[] = [
  { kind: 'praise', title: '表扬' },
  { kind: 'problem', title: '反映问题' },
  { kind: 'publicity_error', title: '公示有误' },
]

/** What the form says. `above` is who handles what is about an officer, '' where nobody is above. */
export interface FeedbackForm {
  organization: string
  above: string
  title: string
  lastDay: string
  terms: { title: string; words: string }[]
  telephones: string[]
}

/** What somebody fills in. Without a name it is anonymous. */
export interface Report {
  kind: FeedbackKind
  words: string
  aboutName: string
  aboutOfficer: boolean
  name: string
  contact: string
  publicity: number
}

/** What is shown once. */
export interface Receipt {
  code: string
  named: boolean
  handledBy: string
  until: string
}

/** How far it has come. */
export interface Progress {
  status: string
  words: string
  outcome: string
  reply: string
  steps: { title: string; when: string; said: string }[]
}

export async function readFeedbackForm(organizationId: number, publicity: number): Promise<FeedbackForm> {
  const path = { organization_id: organizationId }
  const query = publicity ? { publicity_id: publicity } : {}
  const dto = await api.get('/organizations/{organization_id}/feedback-form', { path, query })
  return {
    organization: dto.organization,
    above: dto.above ?? '',
    title: dto.title ?? '',
    lastDay: dto.last_day ? day(dto.last_day) : '',
    terms: [
      { title: `${day(dto.admission.on)}前确定核实人`, words: `${dto.admission.counted}。和这件事有关的人回避` },
      { title: `${day(dto.answer.on)}前核实清楚，作好记录`, words: dto.answer.counted },
      { title: '告诉您结果', words: '属实的按标准记入或更正积分，不属实的说明情况' },
    ],
    telephones: dto.telephones.map(({ title, number }) => `${title} ${number}`),
  }
}

/** The form's own text, by which it counts once however often it is sent: 32 hex digits. */
export function newForm(): string {
  return Array.from({ length: 32 }, () => Math.floor(Math.random() * 16).toString(16)).join('')
}

export async function reportFeedback(organizationId: number, form: string, report: Report): Promise<Receipt> {
  const path = { organization_id: organizationId }
  const body = {
    form,
    kind: report.kind,
    words: report.words.trim(),
    about_name: report.aboutName.trim() || null,
    about_officer: report.aboutOfficer,
    name: report.name.trim() || null,
    contact: report.contact.trim() || null,
    publicity_id: report.publicity || null,
  }
  const dto = await api.post('/organizations/{organization_id}/feedbacks', { path, body })
  return {
    code: dto.code,
    named: dto.named,
    handledBy: dto.handled_by,
    until: `${day(dto.answer.on)}前`,
  }
}

export async function lookFeedbackUp(code: string): Promise<Progress> {
  return toProgress(await api.post('/feedback-progress', { body: { code } }))
}

export function toProgress(dto: Schemas['ProgressOut']): Progress {
  const next = dto.due ? `，${day(dto.due)}前办理下一步` : ''
  return {
    status: dto.status_title,
    words: `${dto.kind_title ? `${dto.kind_title}，` : ''}由${dto.handled_by}办理${next}。`,
    outcome: dto.outcome_title ?? '',
    reply: dto.reply ?? '',
    steps: dto.steps.map(({ title, at, words }) => ({ title, when: day(at), said: words ?? '' })),
  }
}
