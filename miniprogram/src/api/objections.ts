import { day, time } from '@/format/dates'
import { signed } from '@/format/points'
import type { Slice } from '@/state/list'

import { api } from './client'
import { type Letter, toLetter } from './objection-letters'
import type { components } from './schema'

type Schemas = components['schemas']
type ObjectionOut = Schemas['ObjectionOut']
export type SubjectKind = Schemas['ObjectionSubject']
export type ObjectionAct = Schemas['ObjectionAction']
export type Outcome = Schemas['ObjectionOutcome']
export type NotAdmitted = Schemas['NotAdmitted']
export type Via = Schemas['ObjectionVia']
type Tone = '' | 'ok' | 'warn' | 'live'

export const OUTCOMES: readonly { key: Outcome; title: string }[] = [
  { key: 'dismissed', title: '不成立' },
  { key: 'partly_upheld', title: '部分成立' },
  { key: 'upheld', title: '成立' },
]

/** What may be objected to, in a list to choose from. */
export interface Matter {
  kind: SubjectKind
  id: number
  title: string
  year: number
  words: string
  /** The objection to it that is being handled. */
  openId: number | null
}

/** What the form shows of the matter that was chosen. */
export interface MatterForm {
  title: string
  words: string
  organization: string
  openId: number | null
  /** By when it can be raised without more ado; empty while there is no last day, and after it. */
  until: string
  needsReason: boolean
  terms: { title: string; words: string }[]
}

export interface ObjectionDraft {
  words: string
  wish: string
  lateReason: string
  via: Via
  intake: string
}

export interface ObjectionLine {
  id: number
  title: string
  words: string
  tag: string
  tone: Tone
  /** By when the next step is due, `9999` where nothing is: to sort by. */
  due: string
}

export interface StoryStep {
  title: string
  when: string
  who: string
  due: string
  said: string
  /** It is still to come. */
  ahead: boolean
}

export interface Candidate {
  id: number
  name: string
  /** Their office, and what they look into or why they stand back. */
  words: string
  free: boolean
}

export interface Admission {
  checks: { ok: boolean; words: string }[]
  hint: string
}

export interface Objection {
  id: number
  version: number
  title: string
  year: number
  organization: string
  memberId: number | null
  tag: string
  tone: Tone
  /** How its open day is counted. */
  counted: string
  due: string
  /** Whose, how it came in, what is wished for. */
  facts: { name: string; text: string }[]
  words: string
  /** Where the matter is shown in the app, or empty. */
  url: string
  answer: { title: string; finding: string; by: string; why: string; corrected: string } | null
  steps: StoryStep[]
  /** 按期 or 有逾期; empty before the first day that had to be kept. */
  kept: string
  second: boolean
  /** Who looks into it now, if anybody. */
  investigator: string
  admission: Admission | null
  candidates: Candidate[]
  /** What was written to the member about it. */
  letters: Letter[]
  acts: ObjectionAct[]
  onBehalf: ObjectionAct[]
}

const TONES: Partial<Record<Schemas['ObjectionStatus'], Tone>> = { answered: 'live' }
const VIAS: Record<Via, string> = { app: '小程序', paper: '书面提出，代为登记', oral: '口头提出，代为登记' }
/** What is waited for, as the last line of the story. */
const WAITS: Record<Schemas['Due'], string> = {
  admission: '待受理',
  answer: '待答复',
  silence: '待本人确认',
  second: '待作出专项查核认定',
  correction: '待更正',
}

/** Read what a member may object to. */
export async function listMatters(memberId: number): Promise<Matter[]> {
  const { items } = await api.get('/members/{member_id}/objection-matters', { path: { member_id: memberId } })
  return items.map((dto) => ({
    kind: dto.subject_kind,
    id: dto.subject_id,
    title: dto.title,
    year: dto.year,
    words: wordsOfDetails(dto.details),
    openId: dto.open_id,
  }))
}

/** Read what the form for a matter shows: its window and the days that the answer has. */
export async function readMatter(memberId: number, kind: SubjectKind, id: number): Promise<MatterForm> {
  const path = { member_id: memberId }
  return toMatterForm(
    await api.get('/members/{member_id}/objection-form', { path, query: { subject_kind: kind, subject_id: id } }),
  )
}

export function toMatterForm(dto: Schemas['MatterOut']): MatterForm {
  const admitted = day(dto.admission_by)
  return {
    title: dto.title,
    words: wordsOfDetails(dto.details),
    organization: dto.organization,
    openId: dto.open_id,
    until: dto.closes_on && !dto.needs_reason ? `${day(dto.closes_on)} 24:00 前都可以提出` : '',
    needsReason: dto.needs_reason,
    terms: [
      { title: `${admitted}前告诉您是否受理`, words: dto.admission_counted },
      {
        title: `受理后 ${dto.answer_days} 个工作日内答复`,
        words: `若 ${admitted}受理，应于 ${day(dto.answer_by)}前答复（${dto.answer_counted}）`,
      },
      { title: '对答复仍有异议，可请上级专项查核', words: `${dto.second_days} 个工作日内答复` },
    ],
  }
}

/** Hand an objection in, one's own or written down for another; resolves to its id. */
export async function raiseObjection(
  memberId: number,
  matter: { kind: SubjectKind; id: number },
  draft: ObjectionDraft,
  own: boolean,
): Promise<number> {
  const body = {
    subject_kind: matter.kind,
    subject_id: matter.id,
    words: draft.words.trim(),
    wish: draft.wish.trim() || null,
    late_reason: draft.lateReason.trim() || null,
    ...(own ? {} : { via: draft.via, intake: draft.intake.trim() || null }),
  }
  return (await api.post('/members/{member_id}/objections', { path: { member_id: memberId }, body })).id
}

export async function listOwnObjections(memberId: number, cursor?: string): Promise<Slice<ObjectionLine>> {
  const page = await api.get('/members/{member_id}/objections', { path: { member_id: memberId }, query: { cursor } })
  return { items: page.items.map((each) => toObjectionLine(each, false)), next: page.next_cursor ?? null }
}

/** Read what a place and those below it have to handle: the open ones by their due day, or all, the latest first. */
export async function listObjections(
  organizationId: number,
  open: boolean,
  cursor?: string,
): Promise<Slice<ObjectionLine>> {
  const path = { organization_id: organizationId }
  const items: ObjectionLine[] = []
  let next = cursor
  do {
    const query = { open: open || undefined, cursor: next, limit: 100 }
    const page = await api.get('/organizations/{organization_id}/objections', { path, query })
    items.push(...page.items.map((each) => toObjectionLine(each, true)))
    next = page.next_cursor ?? undefined
  } while (open && next)
  return { items: open ? byDueDay(items) : items, next: next ?? null }
}

/** What is due first comes first; the server's order holds among those of one day. */
export function byDueDay(lines: readonly ObjectionLine[]): ObjectionLine[] {
  return [...lines].sort((one, other) => one.due.localeCompare(other.due))
}

export function toObjectionLine(dto: Schemas['ObjectionLineOut'], ofOthers: boolean): ObjectionLine {
  const due = dto.due_on ? `${day(dto.due_on)}前` : ''
  return {
    id: dto.id,
    title: ofOthers && dto.name ? `${dto.name}：${dto.title}` : dto.title,
    words: [ofOthers ? dto.organization : '', `${day(dto.raised_at)}提出`, due].filter(Boolean).join('，'),
    tag: dto.overdue ? '逾期' : dto.status_title.split('，')[0]!,
    tone: dto.overdue ? 'warn' : (TONES[dto.status] ?? ''),
    due: dto.due_on ?? '9999',
  }
}

export async function readObjection(id: number): Promise<Objection> {
  return toObjection(await api.get('/objections/{objection_id}', { path: { objection_id: id } }))
}

export function toObjection(dto: ObjectionOut): Objection {
  const answered = dto.inquiries.filter(({ outcome }) => outcome !== null).pop()
  const second = dto.inquiries.some(({ instance }) => instance === 'second') || dto.status === 'second'
  const current = dto.inquiries.find(({ instance }) => instance === (second ? 'second' : 'first'))
  return {
    id: dto.id,
    version: dto.version,
    title: dto.title,
    year: dto.year,
    organization: dto.organization,
    memberId: dto.member_id,
    ...tagOf(dto),
    counted: dto.due?.counted ?? '',
    due: dto.due ? day(dto.due.on) : '',
    facts: factsOf(dto),
    words: dto.words ?? '',
    url: pageOf(dto),
    answer: answered
      ? {
          title: answered.outcome_title ?? '',
          finding: answered.finding ?? '',
          by: `${answered.organization}，${answered.answered_at ? day(answered.answered_at) : ''}`,
          why: answered.why_no_correction ?? '',
          corrected: correctedOf(answered),
        }
      : null,
    steps: storyOf(dto),
    kept: keptOf(dto),
    second,
    investigator: current?.investigator ?? '',
    admission: dto.admission && toAdmission(dto.admission),
    candidates: dto.candidates.map(toCandidate),
    letters: dto.letters.map(toLetter),
    acts: dto.actions,
    onBehalf: dto.on_behalf,
  }
}

/** What was put right, and the entry that followed. */
function correctedOf({ correction, corrected_at, followed_by }: Schemas['InquiryOut']): string {
  if (!correction || !corrected_at) return ''
  const entry = followed_by ? `，${followed_by.title} ${signed(followed_by.points)} 分` : ''
  return `${day(corrected_at)}已更正：${correction}${entry}`
}

function tagOf({ due, status, status_title, to_correct, correction_due }: ObjectionOut): { tag: string; tone: Tone } {
  if (to_correct && correction_due) {
    const { on, overdue } = correction_due
    return { tag: overdue ? `已逾期，应在 ${day(on)}前更正` : `待更正，${day(on)}前`, tone: overdue ? 'warn' : 'live' }
  }
  if (due?.overdue) return { tag: `已逾期，应在 ${day(due.on)}前办理`, tone: 'warn' }
  if (due && due.kind === 'admission') return { tag: `${day(due.on)}前受理`, tone: 'live' }
  if (due && (due.kind === 'answer' || due.kind === 'second')) return { tag: `${day(due.on)}前答复`, tone: 'live' }
  return { tag: status_title, tone: TONES[status] ?? '' }
}

function factsOf(dto: ObjectionOut): { name: string; text: string }[] {
  const facts = dto.details.map(({ label, text }) => ({ name: label, text }))
  if (dto.name) facts.unshift({ name: '异议人', text: dto.name })
  if (dto.via) facts.push({ name: '提出', text: `${moment(dto.raised_at)}，${VIAS[dto.via]}` })
  if (dto.wish) facts.push({ name: '诉求', text: dto.wish })
  if (dto.late_reason) facts.push({ name: '逾期原因', text: dto.late_reason })
  return facts
}

/** A claim, a meeting, a month and a result have a page of their own. */
function pageOf({ path, subject_kind, year, organization_id }: ObjectionOut): string {
  if (subject_kind === 'month' && path) return `/pages/board/board?organization=${organization_id}`
  if (subject_kind === 'result') return `/pages/annual-result/annual-result?year=${year}`
  const [, kind, id] = /\/(claims|meetings)\/(\d+)$/.exec(path ?? '') ?? []
  if (!kind) return ''
  return kind === 'claims' ? `/pages/claim/claim?id=${id}` : `/pages/meeting/meeting?id=${id}`
}

function storyOf(dto: ObjectionOut): StoryStep[] {
  let second = false
  const steps = dto.steps.map((step) => {
    second = second || step.action === 'escalate'
    return toStep(dto, step, second)
  })
  for (const wait of [dto.correction_due, dto.due])
    if (wait)
      steps.push({
        title: WAITS[wait.kind],
        when: `${day(wait.on)}前`,
        who: '',
        due: wait.counted,
        said: '',
        ahead: true,
      })
  return steps
}

function toStep(dto: ObjectionOut, step: Schemas['ObjectionStepOut'], second: boolean): StoryStep {
  const inquiry = dto.inquiries.find(({ instance }) => instance === (second ? 'second' : 'first'))
  const isAnswer = step.action === 'answer'
  const isFirst = step.action === 'submit'
  const said = isFirst ? [step.words, dto.words].filter(Boolean).join('\n') : step.words
  const counted = step.counted ? `（${step.counted}）` : ''
  return {
    title: isAnswer ? `${second ? '专项查核认定' : '答复'}：${inquiry?.outcome_title ?? ''}` : step.title,
    when: moment(step.at),
    who: step.by ?? '',
    due: step.due_on && !isFirst ? `应在 ${day(step.due_on)}前${counted}` : '',
    said: (isAnswer ? inquiry?.finding : said) ?? '',
    ahead: false,
  }
}

const OF_OFFICERS: ObjectionAct[] = ['refuse', 'assign', 'answer']

function keptOf({ steps, due }: ObjectionOut): string {
  const bound = steps.filter(({ action, due_on }) => due_on !== null && OF_OFFICERS.includes(action))
  if (due?.overdue || bound.some(({ at, due_on }) => shanghaiDay(at) > (due_on ?? ''))) return '有逾期'
  return bound.length ? '按期' : ''
}

function shanghaiDay(instant: string): string {
  return new Date(new Date(instant).getTime() + 8 * 3600_000).toISOString().slice(0, 10)
}

function toAdmission(dto: Schemas['AdmissionOut']): Admission {
  const window = dto.closes_on ? `（到 ${day(dto.closes_on)} 24:00）` : ''
  return {
    checks: [
      { ok: dto.ours, words: dto.ours ? '属于本党组织处理' : '事项已不在本党组织，请核对' },
      { ok: dto.on_time, words: dto.on_time ? `在异议期内${window}` : `已过异议期${window}，本人写了逾期原因` },
      {
        ok: dto.earlier_id === null,
        words: dto.earlier_id === null ? '没有就同一件事提过' : '就同一件事提过，请看有没有新的理由',
      },
    ],
    hint: `今天受理，${day(dto.answer_by)}前答复（${dto.answer_counted}）`,
  }
}

function toCandidate(dto: Schemas['CandidateOut']): Candidate {
  const busy = dto.in_work ? `正在核查 ${dto.in_work} 件` : '无在办异议'
  return {
    id: dto.account_id,
    name: dto.name,
    words: `${dto.office}，${dto.reason ?? busy}`,
    free: dto.hand === null,
  }
}

function wordsOfDetails(details: Schemas['ObjectionDetailOut'][]): string {
  return details.map(({ label, text }) => `${label} ${text}`).join('，')
}

function moment(instant: string): string {
  return `${day(instant)} ${time(instant)}`
}

type Seen = Pick<Objection, 'id' | 'version'>

/** Admit it and name who looks into it; `words` say why it is somebody else than before. */
export async function assignObjection({ id, version }: Seen, investigator: number, words = ''): Promise<void> {
  const body = { version, investigator_id: investigator, words: words || null }
  await api.post('/objections/{objection_id}/assign', { path: { objection_id: id }, body })
}

export async function refuseObjection({ id, version }: Seen, why: NotAdmitted, words: string): Promise<void> {
  await api.post('/objections/{objection_id}/refuse', { path: { objection_id: id }, body: { version, why, words } })
}

/** Take five more working days, once. */
export async function extendObjection({ id, version }: Seen, words: string): Promise<void> {
  await api.post('/objections/{objection_id}/extend', { path: { objection_id: id }, body: { version, words } })
}

export interface Finding {
  finding: string
  outcome: Outcome | ''
  corrects: boolean
  why: string
}

export async function answerObjection({ id, version }: Seen, { finding, outcome, corrects, why }: Finding) {
  const upheld = outcome !== 'dismissed'
  const body = {
    version,
    finding: finding.trim(),
    outcome: outcome as Outcome,
    corrects: upheld && corrects,
    why_no_correction: upheld && !corrects ? why.trim() : null,
  }
  await api.post('/objections/{objection_id}/answer', { path: { objection_id: id }, body })
}

export async function acceptAnswer({ id, version }: Seen, words = ''): Promise<void> {
  const body = { version, words: words || null }
  await api.post('/objections/{objection_id}/accept', { path: { objection_id: id }, body })
}

export async function withdrawObjection({ id, version }: Seen, words = ''): Promise<void> {
  const body = { version, words: words || null }
  await api.post('/objections/{objection_id}/withdraw', { path: { objection_id: id }, body })
}

/** Ask the organization above to look into it, with a reason. */
export async function escalateObjection({ id, version }: Seen, words: string): Promise<void> {
  await api.post('/objections/{objection_id}/escalate', { path: { objection_id: id }, body: { version, words } })
}
