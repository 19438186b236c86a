/** What the page shows for each answer of the API (docs/check-in.md), in the words of `words.ts`. Pure: it names the acts it
 * offers, and does none. */
import type { CheckIn, Ticket, Wish } from '@/api/check_in'
import * as ErrorCode from '@/api/error-codes'
import type { ApiError } from '@/api/errors'
import { nearDay, time } from '@/format/dates'

import { ANSWERS, BY_HAND, STATES } from './words'

export type Act =
  | 'again'
  | 'scan'
  | 'digits'
  | 'typed'
  | 'as_guest'
  | 'end_leave'
  | 'help'
  | 'helped'
  | 'bind'
  | 'meeting'
  | 'back'
  | 'home'

export interface Offer {
  act: Act
  words: string
}

/** The page: what happened, what it means, and the way on. */
export interface Screen {
  seal: 'check' | 'clock' | 'warn' | 'scan' | 'person' | 'offline' | 'again'
  tone: 'done' | 'look' | 'plain' | 'wait'
  heading: string
  words: string
  facts?: { name: string; words: string }[]
  tips?: { title: string; words: string }[]
  field?: { label: string; hint: string; numeric: boolean }
  note?: string
  main?: Offer
  second?: Offer
  links?: Offer[]
}

/** What was on the way when the answer came. */
export interface Asked {
  wish: Wish
  ticket: Ticket | null
}

type Case = keyof typeof ANSWERS

const SCAN: Offer = { act: 'scan', words: '重新扫码' }
const DIGITS: Offer = { act: 'digits', words: '输入六位数字' }
const HOME: Offer = { act: 'home', words: '返回首页' }
const AGAIN: Offer = { act: 'again', words: '再试一次' }

export function waiting(words = '请稍候，不要关闭页面。'): Screen {
  return { seal: 'again', tone: 'wait', heading: '正在签到', words }
}

export function queueing(tries: number): Screen {
  return {
    seal: 'again',
    tone: 'wait',
    heading: '签到的人多，正在排队',
    words: `正在自动重试（第 ${tries} 次），请不要关闭页面。重复提交也只记一次。`,
  }
}

export function withoutCode(): Screen {
  const words = '对准会场屏幕上的二维码扫一扫，也可以输入旁边的六位数字。'
  return {
    seal: 'scan',
    tone: 'plain',
    heading: '请扫会场的二维码',
    words,
    main: { act: 'scan', words: '扫码签到' },
    links: [DIGITS],
  }
}

export function typing(problem = ''): Screen {
  return {
    seal: 'person',
    tone: 'plain',
    heading: '输入六位数字',
    words: problem ? `${problem}。` : '会场屏幕上，二维码旁边的数字。',
    field: { label: '六位数字', hint: '例如 123456', numeric: true },
    note: '每场会议最多可试 5 次，数字每 10 秒更换。',
    main: { act: 'typed', words: '签到' },
    links: [{ act: 'scan', words: '改为扫码' }],
  }
}

export function helping(problem = ''): Screen {
  return {
    seal: 'person',
    tone: 'plain',
    heading: '替家人代签',
    words: problem ? `${problem}。` : '为手机不便的同志签到。您和对方都要在这次会议的名单上。',
    field: { label: '对方的工号或学号', hint: '请向对方核对', numeric: false },
    main: { act: 'helped', words: '代签' },
    links: [{ act: 'back', words: '返回' }],
  }
}

/** The page of a record: what stands in the database now. */
export function recorded(record: CheckIn, { wish }: Asked, now: Date): Screen {
  const helped = wish.for_work_number !== undefined
  const facts = [...meetingFacts(record.meeting), { name: '签到人', words: record.member_name }]
  if (record.via === 'helper') facts.push({ name: '方式', words: '代签' })
  const values = {
    when: moment(record.checked_in_at, now),
    starts: time(record.meeting.starts_at),
    state: (STATES as Record<string, string>)[record.state] ?? '',
  }
  return {
    seal: 'check',
    tone: 'done',
    facts: record.result in LOOKS ? facts : [...facts, { name: '积分', words: '会后自动记入，不用申报' }],
    main: { act: 'home', words: '完成' },
    ...(record.result === 'guest_waiting' ? {} : { second: { act: 'meeting', words: '看会议' } }),
    links: [{ act: 'help', words: helped ? '再代签一位' : '替家人代签' }],
    ...said(record.result, values, helped),
    ...LOOKS[record.result],
  }
}

/** Records that are not counted, or not yet. */
const LOOKS: Partial<Record<CheckIn['result'], Partial<Screen>>> = {
  guest_waiting: { seal: 'clock' },
  held: { tone: 'look', seal: 'clock', links: [SCAN] },
  dismissed: { tone: 'look', seal: 'warn', links: [SCAN] },
}

/** The page of a refusal: the cause, that nothing was recorded, and the way on. */
export function refused(error: ApiError, { wish, ticket }: Asked, now: Date): Screen {
  const helped = wish.for_work_number !== undefined
  const which = caseOf(error, helped, ticket !== null)
  const at = (name: string) => (error.detail[name] ? moment(String(error.detail[name]), now) : '')
  const values = { message: error.message, opens: at('opens_at'), closes: at('closes_at') }
  return {
    tone: 'look',
    seal: 'warn',
    main: AGAIN,
    facts: meetingFacts(ticket?.meeting),
    ...said(which, values, helped),
    ...WAYS_ON[which],
  }
}

/** Under what the words of a refusal stand. */
function caseOf({ offline, status, code, detail }: ApiError, helped: boolean, hasTicket: boolean): Case {
  if (offline) return hasTicket ? 'offline_with_ticket' : 'offline'
  if (code === ErrorCode.not_invited && helped) return 'not_invited_helped'
  if (code === ErrorCode.not_invited && detail.as_guest) return 'not_invited_guest'
  if (code in WAYS_ON) return code as Case
  if (status === 503) return 'busy'
  return status >= 500 ? 'failed' : 'refused_otherwise'
}

/** The seal of each refusal and the way on. */
const WAYS_ON: Partial<Record<Case, Partial<Screen>>> = {
  [ErrorCode.code_expired]: { seal: 'clock', main: SCAN, links: [DIGITS] },
  [ErrorCode.code_invalid]: { main: SCAN, links: [DIGITS] },
  [ErrorCode.ticket_expired]: { seal: 'clock', main: SCAN, links: [DIGITS] },
  [ErrorCode.ticket_invalid]: { main: SCAN, links: [DIGITS] },
  [ErrorCode.too_many_tries]: { main: SCAN },
  [ErrorCode.not_invited]: { main: HOME },
  not_invited_guest: { main: { act: 'as_guest', words: ANSWERS.not_invited_guest.offer }, links: [HOME] },
  not_invited_helped: { main: { act: 'help', words: ANSWERS.not_invited_helped.offer }, links: [HOME] },
  [ErrorCode.not_bound]: { seal: 'person', main: { act: 'bind', words: '去绑定' } },
  [ErrorCode.on_leave]: { seal: 'clock', main: { act: 'end_leave', words: ANSWERS.on_leave.offer }, links: [HOME] },
  [ErrorCode.too_early]: { seal: 'clock', main: HOME },
  [ErrorCode.closed]: { seal: 'clock', main: HOME },
  [ErrorCode.meeting_cancelled]: { main: HOME },
  busy: { seal: 'clock' },
  offline: { seal: 'offline' },
  offline_with_ticket: { seal: 'offline' },
  refused_otherwise: { links: [HOME] },
  failed: { links: [HOME] },
}

interface Said {
  heading: string
  words: string
  helped?: string
  note?: string
  tips?: readonly (readonly [string, string])[]
  by_hand?: boolean
}

/** Heading, words, note and tips of an answer; `helped`: another was to be checked in. */
function said(
  which: Case,
  values: Record<string, string>,
  helped: boolean,
): Pick<Screen, 'heading' | 'words' | 'note' | 'tips'> {
  const found: Said = ANSWERS[which]
  const filled = (text: string) => text.replace(/\{(\w+)\}/g, (_place, name: string) => values[name] ?? '')
  const tips = [...(found.tips ?? []), ...(found.by_hand ? [BY_HAND] : [])]
  return {
    heading: (helped && found.helped) || found.heading,
    words: filled(found.words),
    ...(found.note ? { note: filled(found.note) } : {}),
    ...(tips.length > 0 ? { tips: tips.map(([title, words]) => ({ title, words })) } : {}),
  }
}

function meetingFacts(meeting: { title: string; place: string } | undefined): { name: string; words: string }[] {
  return meeting
    ? [
        { name: '会议', words: meeting.title },
        { name: '地点', words: meeting.place },
      ]
    : []
}

function moment(instant: string, now: Date): string {
  return `${nearDay(instant, now)} ${time(instant)}`
}
