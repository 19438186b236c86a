import { day } from '@/format/dates'

import { api, download } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
type BranchYearOut = Schemas['BranchYearOut']
type StepOut = Schemas['StepOut']
export type YearState = Schemas['YearState']
export type YearAct = Schemas['YearAction']
export type Track = Schemas['Track']
export type ToldWay = Schemas['ToldWay']
export type CorrectionWay = Schemas['CorrectionWay']
export type PublicityScope = Schemas['PublicityScope']
export type PaperFormat = Schemas['FileFormat']

/** A branch's year. */
export interface OfYear {
  organization: number
  year: number
}

/** Something that is still to be done, and where. */
export interface Undone {
  words: string
  count: number
  url: string
  /** The results wait for it. */
  blocks: boolean
}

/** 更正通报: on which day and how members were told, and why the figures changed. */
export interface Correction {
  told_on: string
  way: CorrectionWay
  words: string
}

/** What taking a step back brings with it. */
export interface Undo {
  track: Track
  to: YearState
  /** The step that is taken back first of all, as it is called. */
  title: string
  words: string[]
}

export interface Step {
  key: string
  title: string
  standing: 'done' | 'next' | 'ahead'
  /** By when, or when it was done; may be empty. */
  when: string
  late: boolean
  /** Who does it and what it still lacks, or who did it. */
  words: string
  undo: Undo | null
}

export interface BranchYear extends OfYear {
  title: string
  state: YearState
  /** How far it is, of how many steps. */
  at: number
  cutOff: string
  cutOffDay: string
  edition: string
  publicityId: number | null
  filingId: number | null
  /** Members who were told figures that have changed since; nothing goes on until they are told. */
  owed: number
  /** The edition of which a 更正通报 can be printed, the one that is owed or was made last. */
  correctionEdition: number | null
  /** Members whose points on show have changed; the lines are put on show by themselves. */
  changedLines: number
  /** What results that supersede what was filed lack before they are filed anew. */
  refiling: string[]
  delegate: string
  steps: Step[]
  left: Undone[]
  acts: YearAct[]
  late: boolean
  history: { title: string; when: string; who: string; said: string }[]
}

/** The states in their order, as they are called where one stands. */
export const STATE_TITLES: Record<YearState, string> = {
  open: '进行中',
  closing: '清理未办事项',
  drafted: '已生成',
  reported: '已通报',
  stars_proposed: '待上级审核',
  stars_reviewed: '上级已审核',
  publicized: '公示中',
  settled: '已确定',
  filed: '已报备案',
  archived: '已归档',
}
const ORDER = Object.keys(STATE_TITLES) as YearState[]

const DOERS: Record<StepOut['who'], string> = {
  clock: '到时自动办理',
  secretary: '支部书记或副书记办理',
  supervisor: '上级党组织办理',
}

const BY_TWO = '支委提出，支部书记批准；书记提出的由支委会或上级批准'

export async function readBranchYear(of: OfYear): Promise<BranchYear> {
  return toBranchYear(await api.get('/organizations/{organization_id}/years/{year}', { path: pathOf(of) }))
}

export async function draftYear(of: OfYear): Promise<BranchYear> {
  const path = pathOf(of)
  return toBranchYear(await api.post('/organizations/{organization_id}/years/{year}/draft', { path, body: {} }))
}

/** Note that a meeting heard the results, and how those who were not there were told. */
export async function reportYear(of: OfYear, body: Schemas['ReportIn']): Promise<BranchYear> {
  const path = pathOf(of)
  return toBranchYear(await api.post('/organizations/{organization_id}/years/{year}/report', { path, body }))
}

export async function correctYear(of: OfYear, body: Correction): Promise<BranchYear> {
  const path = pathOf(of)
  return toBranchYear(await api.post('/organizations/{organization_id}/years/{year}/correction', { path, body }))
}

/** Fetch a 更正通报 as a file; resolves to where it lies on this phone. */
export function fetchCorrection({ organization, year }: OfYear, edition: number, format: PaperFormat): Promise<string> {
  const path = `/organizations/${organization}/years/${year}/correction/file?edition_id=${edition}&format=${format}`
  return download({ path })
}

export async function proposePublicity(of: OfYear, body: Schemas['PublicityIn']): Promise<BranchYear> {
  const path = pathOf(of)
  return toBranchYear(await api.post('/organizations/{organization_id}/years/{year}/publicity', { path, body }))
}

/** Approve what is proposed; `lastDay` is the one that the approver saw. */
export async function approvePublicity(of: OfYear, lastDay: string): Promise<BranchYear> {
  const call = { path: pathOf(of), body: { last_day: lastDay } }
  return toBranchYear(await api.post('/organizations/{organization_id}/years/{year}/publicity/approve', call))
}

/** Take what is proposed or on show down, with the reason. */
export async function withdrawPublicity(of: OfYear, reason: string): Promise<BranchYear> {
  const call = { path: pathOf(of), body: { reason } }
  return toBranchYear(await api.post('/organizations/{organization_id}/years/{year}/publicity/withdraw', call))
}

export async function fileYear(of: OfYear): Promise<BranchYear> {
  const path = pathOf(of)
  return toBranchYear(await api.post('/organizations/{organization_id}/years/{year}/file', { path, body: {} }))
}

export async function undoYear(of: OfYear, { track, to }: Undo, reason: string): Promise<BranchYear> {
  const call = { path: pathOf(of), body: { track, to, reason } }
  return toBranchYear(await api.post('/organizations/{organization_id}/years/{year}/undo', call))
}

export async function moveCutOff(of: OfYear, until: string, reason: string): Promise<BranchYear> {
  const call = { path: pathOf(of), body: { until, reason } }
  return toBranchYear(await api.post('/organizations/{organization_id}/years/{year}/cut-off', call))
}

/** Let another take the secretary's steps of a late year; null ends that. */
export async function delegateYear(of: OfYear, accountId: number | null, reason: string): Promise<BranchYear> {
  const call = { path: pathOf(of), body: { account_id: accountId, reason } }
  return toBranchYear(await api.post('/organizations/{organization_id}/years/{year}/delegate', call))
}

function pathOf({ organization, year }: OfYear) {
  return { organization_id: organization, year }
}

export function toBranchYear(dto: BranchYearOut): BranchYear {
  const { organization, year, steps, correction, edition } = dto
  return {
    organization: organization.id,
    year,
    title: organization.title,
    state: dto.state,
    at: Math.min(steps.length, steps.filter(({ state }) => state === 'done').length + 1),
    cutOff: day(dto.cut_off),
    cutOffDay: dto.cut_off,
    edition: edition ? `第 ${edition.edition} 版，${day(edition.drawn_at)}形成` : '',
    publicityId: dto.publicity_id,
    filingId: dto.filing_id,
    owed: correction.owed ? correction.members : 0,
    correctionEdition: correction.edition_id,
    changedLines: correction.lines,
    refiling: correction.lacks,
    delegate: dto.delegate
      ? `${dto.delegate.name}代办，${day(dto.delegate.appointed_at)}指定：${dto.delegate.reason}`
      : '',
    steps: steps.map((step) => toStep(step, dto)),
    left: dto.left.map(({ words, count, page, blocks }) => ({ words, count, url: page ? `/${page}` : '', blocks })),
    acts: dto.actions,
    late: steps.some(({ late }) => late),
    history: dto.history.map(toMove).reverse(),
  }
}

function toStep(step: StepOut, dto: BranchYearOut): Step {
  const done = step.state === 'done'
  return {
    key: `${step.track} ${step.step}`,
    title: step.track === 'stars' ? `星级：${step.title}` : step.title,
    standing: step.state,
    when: done ? (step.done_at ? day(step.done_at) : '') : step.due ? `${day(step.due)}前` : '',
    late: step.late,
    words: done ? doneWords(step, dto) : aheadWords(step),
    undo: done ? undoOf(step, dto) : null,
  }
}

function doneWords({ step, done_by }: StepOut, { report, edition }: BranchYearOut): string {
  const told = report && `应到 ${report.expected} 人，实到 ${report.present} 人`
  const about: Partial<Record<YearState, string | null>> = {
    drafted: edition && `第 ${edition.edition} 版`,
    reported: report && [told, report.told ? `另行告知 ${report.told} 人` : ''].filter(Boolean).join('，'),
  }
  return [done_by ?? '到时自动办理', about[step]].filter(Boolean).join('，')
}

function aheadWords({ step, who, due_note, missing, state }: StepOut): string {
  const doer = step === 'publicized' ? BY_TWO : DOERS[who]
  const lacking = state === 'next' ? missing.map(({ words }) => words).join('；') : ''
  return [doer, due_note, lacking].filter(Boolean).join('。')
}

/** How this step is taken back: the undo of which it is the first to fall. */
function undoOf({ track, step, title }: StepOut, { undo }: BranchYearOut): Undo | null {
  const found = undo.find((each) => each.track === track && each.allowed && each.falls[each.falls.length - 1] === step)
  return found ? { track, to: found.to, title, words: [`回到“${found.title}”`, ...found.words] } : null
}

function toMove({ before, after, at, by, reason, claim_until }: Schemas['HistoryOut']): BranchYear['history'][number] {
  const back = ORDER.indexOf(after) < ORDER.indexOf(before)
  return {
    title: claim_until ? `申报截止改为 ${day(claim_until)}` : `${back ? '撤回到' : ''}${STATE_TITLES[after]}`,
    when: day(at),
    who: by ?? '到时自动办理',
    said: reason ?? '',
  }
}
