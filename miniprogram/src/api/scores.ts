import { day, dayOf, month } from '@/format/dates'
import { fixed, hundredths, signed, sum } from '@/format/points'
import { serverNow } from '@/state/clock'

import { api } from './client'
import { ownLate } from './late'
import type { components } from './schema'

type ExplanationOut = components['schemas']['ExplanationOut']
type SectionOut = components['schemas']['SectionOut']
type LineOut = components['schemas']['LineOut']
type EntryOut = components['schemas']['ExplainedEntryOut']
type PossibleOut = components['schemas']['StillPossibleOut']

/** A year's score as a member reads it. `total` is null on the negative list; `note` then says 另行通报. */
export interface Score {
  year: number
  standard: string
  total: string | null
  note: string
  full: string
  /** 起始分 at the start of the year, what is left of it, what was deducted; and 已得, what came on top. */
  initial: string
  opening: string
  deducted: string
  earned: string
  entryCount: number
  sections: Section[]
  possible: string
  month: { change: string; count: number }
  /** Hundredths of points at the end of each month of the year so far. */
  trend: number[]
}

export interface Section {
  code: string
  title: string
  points: string
  full: string
  initial: string
  opening: string
  deducted: string
  earned: string
  lines: Line[]
  stillPossible: Possible[]
  possible: string
}

export interface Line {
  code: string
  title: string
  summary: string
  points: string
  full: string
  entries: Entry[]
}

export interface Entry {
  seq: number
  itemCode: string
  /** The day it happened, as `2026-06-18`. */
  day: string
  /** Whether it gave or took points and stands: no opening, not taken back. */
  counts: boolean
  opening: boolean
  title: string
  points: string
  /** Not counted at all: struck through. */
  struck: boolean
  source: string
  basis: string
  /** Points a cap kept out, and which, or empty. */
  uncounted: string
  reason: string
  details: { label: string; text: string }[]
  clause: string
  photoIds: number[]
  /** The page of the claim or meeting behind it, or empty. */
  url: string
}

/** A month as it was summed up: what stands above its explanation. */
export interface MonthHead {
  title: string
  total: string
  change: string
  place: string
  backdated: string
  /** 年末补记 beside a December: not frozen. */
  late: string
}

export interface Possible {
  code: string
  title: string
  points: string
  how: string
  claimable: boolean
}

/** Read a member's score with all that is behind it. */
export async function readScore(memberId: number, year?: number): Promise<Score> {
  return toScore(
    await api.get('/members/{member_id}/score/explanation', { path: { member_id: memberId }, query: { year } }),
    serverNow(),
  )
}

/** Read a member's confirmed month as it was summed up, with all that was behind it then. */
export async function readMonth(memberId: number, month: string): Promise<{ head: MonthHead; score: Score | null }> {
  const sheet = await api.get('/members/{member_id}/statement-sheet', {
    path: { member_id: memberId },
    query: { month },
  })
  return { head: toMonthHead(sheet), score: sheet.explanation && toScore(sheet.explanation, serverNow()) }
}

function toMonthHead({ head, row, ranked, shows_position, late: after }: components['schemas']['SheetOut']): MonthHead {
  const late = row.backdated.map(({ month: of, points }) => `${month(of)} 月 ${signed(points)}`)
  return {
    title: `${head.month_title}汇总`,
    total: row.total ?? row.note ?? '',
    change: row.change === null ? '' : signed(row.change),
    place: shows_position && row.position !== null ? `第 ${row.position} 名，共 ${ranked} 人` : '',
    backdated: late.join('，'),
    late: ownLate(after),
  }
}

/** Name what of an item's line has counted on a day; empty if nothing has. */
export function countedOn(score: Score, itemCode: string, on: string): string {
  const lines = score.sections.flatMap((section) => section.lines).filter(({ code }) => itemCode.startsWith(code))
  return lines.flatMap(({ entries }) => entries).find((entry) => entry.counts && entry.day === on)?.title ?? ''
}

export function toScore(dto: ExplanationOut, now: Date): Score {
  const lines = dto.sections.flatMap((section) => section.lines)
  const today = dayOf(now)
  const thisMonth = monthOf(dto.year, today)
  const changes = monthlyChanges(lines)
  const sections = dto.sections.map((section) => toSection(section, dto.still_possible))
  return {
    year: dto.year,
    standard: dto.standard_title,
    total: dto.total,
    note: dto.note ?? '',
    full: dto.total_cap,
    initial: sum(sections.map((section) => section.initial)),
    opening: sum(sections.map((section) => section.opening)),
    deducted: sum(sections.map((section) => section.deducted)),
    earned: sum(sections.map((section) => section.earned)),
    entryCount: lines.flatMap((line) => line.entries).filter(isFact).length,
    sections,
    possible: sum(dto.still_possible.map((each) => each.points)),
    month: {
      change: signed(fixed(changes[thisMonth] ?? 0)),
      count: lines
        .flatMap((line) => line.entries)
        .filter((entry) => isFact(entry) && month(entry.occurred_on) === thisMonth).length,
    },
    trend: runningTotals(changes, thisMonth),
  }
}

/** The month up to which a year is shown; a phone whose clock is behind may see a year that has only begun. */
function monthOf(year: number, today: string): number {
  const current = Number(today.slice(0, 4))
  if (year === current) return month(today)
  return year < current ? 12 : 1
}

function toSection(dto: SectionOut, possible: PossibleOut[]): Section {
  const here = possible.filter((each) => dto.lines.some((line) => each.item_code.startsWith(line.code)))
  const kept = dto.lines.reduce((total, line) => total + Math.min(hundredths(line.opening), hundredths(line.points)), 0)
  return {
    code: dto.code,
    title: dto.title,
    points: dto.points,
    full: dto.cap,
    initial: dto.opening,
    opening: fixed(kept),
    deducted: fixed(hundredths(dto.opening) - kept),
    earned: fixed(hundredths(dto.points) - kept),
    lines: dto.lines.map(toLine),
    stillPossible: here.map(toPossible),
    possible: sum(here.map((each) => each.points)),
  }
}

function toLine(dto: LineOut): Line {
  return {
    code: dto.code,
    title: dto.title,
    summary: summaryOf(dto),
    points: dto.points,
    full: dto.cap,
    entries: dto.entries.map((entry) => toEntry(entry, dto)),
  }
}

/** What became of a line, in a few words; empty where its figure says it all. */
function summaryOf(line: LineOut): string {
  const facts = line.entries.filter(isFact)
  if (line.remark === 'nothing_owed') return '尚无应到'
  if (line.remark === 'not_measured') return '尚无测评结果'
  if (line.remark === 'scaled') return '未开展测评，按其余部分的得分比例折算'
  if (line.quantities) return attendance(line.quantities)
  if (hundredths(line.uncounted) > 0)
    return `${facts.length} 笔共 ${sum(facts.map((entry) => entry.points))}，已到全年上限`
  const lost = deductedFrom(line)
  if (hundredths(lost) > 0) return `已扣 ${lost}`
  return facts.length ? `${facts.length} 笔` : ''
}

function attendance({ owed, attended, made_up, excused }: components['schemas']['QuantitiesOut']): string {
  const parts = [`应到 ${owed} 次`, `实到 ${attended} 次`]
  if (made_up) parts.push(`补课 ${made_up} 次`)
  if (excused) parts.push(`请假 ${excused} 次`)
  return parts.join('，')
}

function toEntry(dto: EntryOut, line: LineOut): Entry {
  const uncounted = hundredths(dto.uncounted ?? '0') > 0 ? (dto.uncounted ?? '') : ''
  return {
    seq: dto.seq,
    itemCode: dto.item_code,
    day: dto.occurred_on,
    counts: isFact(dto),
    opening: isOpening(dto),
    title: titleOf(dto),
    points: line.method === 'ratio' ? attendance(dto.quantities) : signed(dto.points),
    struck: dto.reversed_by !== null || (uncounted !== '' && hundredths(dto.counted ?? '0') === 0),
    source: sourceOf(dto),
    basis: `依据：${dto.clause.split('：')[0]}，标准 ${dto.item_code}`,
    uncounted,
    reason: dto.reversed_by === null ? `本项全年最多 ${line.cap}` : '已更正，不再计入',
    details: dto.source.details,
    clause: dto.clause,
    photoIds: dto.source.photo_ids,
    url: pageOf(dto.source),
  }
}

function titleOf(entry: EntryOut): string {
  if (isOpening(entry)) return '年初起始分'
  const title = entry.text ?? entry.source.title ?? entry.item_title
  return entry.reverses_seq === null ? title : `更正：${title}`
}

const KINDS: Record<string, string> = {
  claim: '申报',
  meeting: '会议',
  dues: '党费登记',
  decision: '支部决定',
  opening: '起始',
  reversal: '更正',
}

function sourceOf({ occurred_on, source, decided_by }: EntryOut): string {
  const parts = [day(occurred_on), KINDS[source.kind] ?? '其他']
  if (source.photo_ids.length) parts.push(`照片 ${source.photo_ids.length} 张`)
  if (decided_by) parts.push(source.kind === 'claim' ? `${decided_by}审核` : `${decided_by}确认`)
  return parts.join('，')
}

/** A claim and a meeting have a page of their own; of others the sheet says all there is. */
function pageOf({ kind, id, path }: EntryOut['source']): string {
  if (path === null) return ''
  if (kind === 'claim') return `/pages/claim/claim?id=${id}`
  return kind === 'meeting' ? `/pages/meeting/meeting?id=${id}` : ''
}

/** The server's sentence without the title and the figure, which stand beside it. */
function toPossible(dto: PossibleOut): Possible {
  const pieces = dto.sentence.replace(`${dto.title}：`, '').replace(/。$/, '').split('；')
  const how = pieces.filter((piece) => !piece.includes('申报')).map((piece) => piece.replace(/，?本年度还可得.*分/, ''))
  return {
    code: dto.item_code,
    title: dto.title,
    points: dto.points,
    how: how.filter(Boolean).join('，'),
    claimable: dto.sentence.includes('申报'),
  }
}

function isOpening(entry: EntryOut): boolean {
  return entry.source.kind === 'opening'
}

/** Something that happened and stands: neither an opening nor taken back. */
function isFact(entry: EntryOut): boolean {
  return !isOpening(entry) && entry.reverses_seq === null && entry.reversed_by === null
}

function deductedFrom(line: LineOut): string {
  const losses = line.entries.filter((entry) => isFact(entry) && hundredths(entry.counted ?? '0') < 0)
  return fixed(-hundredths(sum(losses.map((entry) => entry.counted ?? '0'))))
}

/** Hundredths by month of occurrence. What a line has beyond its entries (a ratio) came with its last one. */
function monthlyChanges(lines: LineOut[]): number[] {
  const changes = Array<number>(13).fill(0)
  const add = (when: number, points: number) => (changes[when] = (changes[when] ?? 0) + points)
  for (const line of lines) {
    for (const entry of line.entries) add(month(entry.occurred_on), hundredths(entry.counted ?? '0'))
    const last = line.entries[line.entries.length - 1]
    const rest = hundredths(line.points) - hundredths(sum(line.entries.map((entry) => entry.counted ?? '0')))
    if (last) add(month(last.occurred_on), rest)
  }
  return changes
}

function runningTotals(changes: number[], until: number): number[] {
  let total = 0
  return changes.slice(1, until + 1).map((change) => (total += change))
}
