/** What the page says to each answer of the API (docs/check-in.md). Pure: it names the acts it offers, and does none. */
import type { CheckIn, Ticket, Wish } from '@/api/check_in'
import type { ApiError } from '@/api/errors'
import { nearDay, time } from '@/format/dates'

export type Act = 'again' | 'scan' | 'digits' | 'typed' | 'as_guest' | 'end_leave' | 'help' | 'helped' | 'bind' | 'meeting' | 'back' | 'home'

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

type Refusal = (error: ApiError, asked: Asked) => Omit<Screen, 'tone'>

const NOT_RECORDED = '这次没有记上'
const BY_HAND = { title: '扫了几次还是不行', words: '请书记在名单里为您登记，效力相同' }
const SCAN: Offer = { act: 'scan', words: '重新扫码' }
const DIGITS: Offer = { act: 'digits', words: '输入六位数字' }
const HOME: Offer = { act: 'home', words: '返回首页' }
const AGAIN: Offer = { act: 'again', words: '再试一次' }
const STATES: Partial<Record<CheckIn['state'], string>> = { present: '准时', late: '迟到', made_up: '已补课' }

export function waiting(words = '请稍候，不要关闭页面。'): Screen {
  return { seal: 'again', tone: 'wait', heading: '正在签到', words }
}

export function queueing(tries: number): Screen {
  return { seal: 'again', tone: 'wait', heading: '签到的人多，正在排队', words: `正在自动重试（第 ${tries} 次），请不要关闭页面。重复提交也只记一次。` }
}

export function withoutCode(): Screen {
  const words = '对准会场屏幕上的二维码扫一扫，也可以输入旁边的六位数字。'
  return { seal: 'scan', tone: 'plain', heading: '请扫会场的二维码', words, main: { act: 'scan', words: '扫码签到' }, links: [DIGITS] }
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
  const counts = !['guest_waiting', 'held', 'dismissed'].includes(record.result)
  return {
    seal: 'check',
    tone: 'done',
    facts: !counts ? facts : [...facts, { name: '积分', words: '会后自动记入，不用申报' }],
    main: { act: 'home', words: '完成' },
    ...(record.result === 'guest_waiting' ? {} : { second: { act: 'meeting', words: '看会议' } }),
    links: [{ act: 'help', words: helped ? '再代签一位' : '替家人代签' }],
    ...SAID[record.result](record, helped, now),
  }
}

const SAID: Record<CheckIn['result'], (record: CheckIn, helped: boolean, now: Date) => Pick<Screen, 'heading' | 'words'> & Partial<Screen>> = {
  checked_in: (record, helped, now) => ({ heading: helped ? '代签成功' : '签到成功', words: `${moment(record.checked_in_at, now)}，准时`, note: '结果随时可在会议里查看。' }),
  late: (record, helped, now) => ({
    heading: helped ? '代签成功（迟到）' : '已签到（迟到）',
    words: `${moment(record.checked_in_at, now)}，会议 ${time(record.meeting.starts_at)} 开始`,
    note: '到会已经记下。如有特殊情况，请向支部说明。',
  }),
  already_checked_in: (record, helped, now) => ({
    heading: helped ? '对方已签到过' : '您已签到过',
    words: `首次签到：${moment(record.checked_in_at, now)}，${STATES[record.state]}`,
    note: '以第一次为准，不用再签。',
  }),
  guest_waiting: (record, _helped, now) => ({
    seal: 'clock',
    heading: '已登记，等主办支部确认',
    words: `${moment(record.checked_in_at, now)}，以流动党员身份登记`,
    note: '主办支部确认后，计入您所在支部，不用再申报。',
  }),
  held: (record, _helped, now) => ({ ...notCounted(record, now), seal: 'clock' }),
  dismissed: (record, _helped, now) => ({ ...notCounted(record, now), seal: 'warn' }),
}

/** What the server says of a check-in that the host has to confirm, or has not confirmed. */
function notCounted(record: CheckIn, now: Date): Pick<Screen, 'heading' | 'words'> & Partial<Screen> {
  return { tone: 'look', heading: record.words ?? '', words: record.advice ?? '', note: `扫码时刻：${moment(record.checked_in_at, now)}`, links: [SCAN] }
}

/** The page of a refusal: the cause, that nothing was recorded, and the way on. */
export function refused(error: ApiError, asked: Asked, now: Date): Screen {
  const make = error.offline ? offline : (REFUSED[error.code] ?? (error.status === 503 ? busy : unexpected))
  return { tone: 'look', facts: meetingFacts(asked.ticket?.meeting), ...make(error, asked), ...timed(error, now) }
}

const busy: Refusal = () => ({
  seal: 'clock',
  heading: '暂时没有签上',
  words: '签到的人多。您的扫码还有效，请再试一次；重复提交也只记一次。',
  tips: [BY_HAND],
  main: AGAIN,
})

const REFUSED: Record<string, Refusal> = {
  code_expired: () => ({
    seal: 'clock',
    heading: '二维码已过期',
    words: '会场的二维码每 10 秒更换一次，请对准屏幕上的新码再扫。',
    tips: [{ title: `${NOT_RECORDED}，可以马上再扫`, words: '屏幕上显示的总是最新的码' }, BY_HAND],
    main: SCAN,
    links: [DIGITS],
  }),
  code_invalid: () => ({
    seal: 'warn',
    heading: '这不是会议签到的二维码',
    words: '请扫会场屏幕上的码，转发的链接和截图不能签到。',
    tips: [{ title: NOT_RECORDED, words: '可以马上再扫一次' }, BY_HAND],
    main: SCAN,
    links: [DIGITS],
  }),
  ticket_expired: () => ({
    seal: 'clock',
    heading: '扫码已超过 10 分钟',
    words: '请重新扫会场屏幕上的码。',
    tips: [{ title: NOT_RECORDED, words: '扫码后请在 10 分钟内签到' }, BY_HAND],
    main: SCAN,
    links: [DIGITS],
  }),
  ticket_invalid: () => ({
    seal: 'warn',
    heading: '请重新扫码',
    words: '上一次扫码已经失效，请再扫会场屏幕上的码。',
    tips: [{ title: NOT_RECORDED, words: '可以马上再扫' }, BY_HAND],
    main: SCAN,
    links: [DIGITS],
  }),
  too_many_tries: () => ({
    seal: 'warn',
    heading: '数字输错次数过多',
    words: '这次会议不能再输数字，请直接扫会场的二维码，或请他人代签。',
    tips: [{ title: NOT_RECORDED, words: '扫码不受影响，可以马上扫' }, BY_HAND],
    main: SCAN,
  }),
  not_invited: (error, { wish }) => (wish.for_work_number === undefined ? notInvited(error) : notHelped(error)),
  not_bound: () => ({
    seal: 'person',
    heading: '请先绑定身份',
    words: '这个微信还没有对应到党员。绑定只需一次，10 分钟内完成，不用重新扫码。',
    tips: [{ title: `${NOT_RECORDED}，扫码已经核对`, words: '绑定后自动签到，仍按扫码的时刻记' }],
    main: { act: 'bind', words: '去绑定' },
  }),
  on_leave: (_error, { wish }) => {
    const who = wish.for_work_number === undefined ? '您' : '对方'
    return {
      seal: 'clock',
      heading: `${who}已请假`,
      words: `支部已批准本次会议的请假。${who}如已到会，可以销假并签到。`,
      tips: [{ title: NOT_RECORDED, words: '不来不用操作，请假仍然有效' }],
      main: { act: 'end_leave', words: '销假并签到' },
      links: [HOME],
    }
  },
  too_early: () => ({ seal: 'clock', heading: '签到还没有开始', words: '请到时间后再扫一次。', tips: [{ title: NOT_RECORDED, words: '开始后再扫，来得及' }], main: HOME }),
  closed: () => ({
    seal: 'clock',
    heading: '签到已经结束',
    words: '现在不能再签。',
    tips: [{ title: NOT_RECORDED, words: '如确已到会，请支部补录，效力相同' }],
    main: HOME,
  }),
  meeting_cancelled: () => ({ seal: 'warn', heading: '本次会议已取消', words: '不用签到，也不影响积分。', tips: [{ title: '会议其实照常开了', words: '请支部补录，效力相同' }], main: HOME }),
  busy,
}

function notInvited({ detail }: ApiError): Omit<Screen, 'tone'> {
  const page = { seal: 'warn' as const, heading: '您不在签到名单上', words: `这次会议的签到名单里没有您，${NOT_RECORDED}。` }
  if (!detail.as_guest) return { ...page, tips: [{ title: '确实应当参加', words: '请联系支部书记，由他登记' }], main: HOME }
  return {
    ...page,
    tips: [
      { title: '您是来参加的流动党员', words: '可以先登记，由主办支部确认' },
      { title: '您应在名单上', words: '请联系支部书记，由他登记' },
    ],
    main: { act: 'as_guest', words: '以流动党员身份签到' },
    links: [HOME],
  }
}

function notHelped({ message }: ApiError): Omit<Screen, 'tone'> {
  return { seal: 'warn', heading: '代签没有成功', words: `${message}。`, tips: [{ title: NOT_RECORDED, words: '您自己的签到不受影响' }], main: { act: 'help', words: '换一个工号' }, links: [HOME] }
}

function offline(_error: ApiError, { ticket }: Asked): Omit<Screen, 'tone'> {
  const kept = '扫码已经核对，10 分钟内连上网络即可签到，不用重新扫码。'
  const unseen = '还没有连到签到服务。连上后请马上再试；如提示过期，再扫一次即可。'
  return { seal: 'offline', heading: '没有连上网络', words: ticket ? kept : unseen, tips: [BY_HAND], main: AGAIN }
}

function unexpected({ status, message }: ApiError): Omit<Screen, 'tone'> {
  const words = status >= 500 ? '不是您的操作有误，请稍后再试。' : `${message}。`
  return { seal: 'warn', heading: NOT_RECORDED, words, tips: [BY_HAND], main: AGAIN, links: [HOME] }
}

/** Where a refusal is about the window, say when it is. */
function timed({ code, detail }: ApiError, now: Date): Partial<Screen> {
  if (code === 'too_early' && detail.opens_at) return { words: `${moment(String(detail.opens_at), now)} 开始签到，请到时间后再扫一次。` }
  if (code === 'closed' && detail.closes_at) return { words: `${moment(String(detail.closes_at), now)} 签到结束，现在不能再签。` }
  return {}
}

function meetingFacts(meeting: { title: string; place: string } | undefined): { name: string; words: string }[] {
  return meeting ? [{ name: '会议', words: meeting.title }, { name: '地点', words: meeting.place }] : []
}

function moment(instant: string, now: Date): string {
  return `${nearDay(instant, now)} ${time(instant)}`
}
