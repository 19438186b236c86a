import { dayOf, nearDay, span, time } from '@/format/dates'
import { serverNow } from '@/state/clock'
import type { Slice } from '@/state/list'

import { api } from './client'
import { type Leave, type LeaveChoice, toChoices, toLeave } from './leaves'
import type { components } from './schema'

type OwnMeetingLineOut = components['schemas']['OwnMeetingLineOut']
type OwnMeetingOut = components['schemas']['OwnMeetingOut']
type Standing = components['schemas']['AttendanceStanding']

/** A word beside a title; the tone says whether to look at it. */
export interface Tag {
  words: string
  tone: '' | 'ok' | 'warn' | 'live'
}

export interface MeetingLine {
  id: number
  title: string
  kind: string
  when: string
  place: string
  host: string
  startsAt: string
  coming: boolean
  phase: components['schemas']['MeetingPhase']
  standing: Standing | null
  tag: Tag | null
}

/** What a member did about a meeting, or may do. */
export interface MyPart {
  state: string
  words: string
  /** Whether scanning the code on the screen would record him now. */
  open: boolean
}

export interface Meeting extends MeetingLine {
  /** How check-in stands, or that it is called off and why. */
  notice: Tag
  facts: { name: string; words: string }[]
  agenda: string[]
  minutes: string[]
  photos: { id: number; url: string; thumb: string }[]
  mine: MyPart | null
  leave: Leave | null
  /** Kinds of leave he may ask for, each with what follows; empty where he may not. */
  choices: LeaveChoice[]
  /** Whether the meeting is over, so that leave is asked for afterwards. */
  over: boolean
}

/** Whether a standing is to be looked at. */
export const TONES: Partial<Record<Standing, Tag['tone']>> = {
  present: 'ok',
  made_up: 'ok',
  late: 'warn',
  absent: 'warn',
  held: 'warn',
}
const HOW: Record<string, string> = {
  qr: '扫码',
  digits: '输入数字',
  helper: '由他人代签',
  manual: '支部登记',
  elsewhere: '在主办支部参加',
}

/** Read a page of a member's meetings: those to come first, soonest first, then the past ones, latest first. */
export async function listMeetings(memberId: number, cursor?: string): Promise<Slice<MeetingLine>> {
  const page = await api.get('/members/{member_id}/meetings', { path: { member_id: memberId }, query: { cursor } })
  const now = serverNow()
  return { items: page.items.map((dto) => toMeetingLine(dto, now)), next: page.next_cursor ?? null }
}

/** Read one meeting with a member's own part in it. */
export async function readMeeting(memberId: number, meetingId: number): Promise<Meeting> {
  const path = { member_id: memberId, meeting_id: meetingId }
  return toMeeting(await api.get('/members/{member_id}/meetings/{meeting_id}', { path }), serverNow())
}

export function toMeetingLine(dto: OwnMeetingLineOut, now: Date): MeetingLine {
  return {
    id: dto.id,
    title: dto.title,
    kind: dto.kind_title,
    when: `${nearDay(dto.starts_at, now)} ${time(dto.starts_at)}`,
    place: dto.place,
    host: dto.organization_title,
    startsAt: dto.starts_at,
    coming: new Date(dto.ends_at) >= now,
    phase: dto.phase,
    standing: dto.standing,
    tag: tagOf(dto),
  }
}

/** Nothing is said of a meeting to which one is simply expected. */
function tagOf({ phase, phase_title, part, standing, standing_title }: OwnMeetingLineOut): Tag | null {
  if (phase === 'cancelled') return { words: phase_title, tone: '' }
  if (standing === 'expected') return phase === 'open' ? { words: '签到中', tone: 'live' } : null
  if (standing) return { words: standing_title ?? '', tone: TONES[standing] ?? '' }
  return part === 'observer' ? { words: '列席', tone: '' } : null
}

export function toMeeting(dto: OwnMeetingOut, now: Date): Meeting {
  const over = new Date(dto.ends_at) < now
  return {
    ...toMeetingLine(dto, now),
    notice: noticeOf(dto),
    facts: factsOf(dto, now),
    agenda: lines(dto.agenda),
    minutes: lines(dto.minutes),
    photos: dto.photos.flatMap(({ id, url, thumb_url }) => (url && thumb_url ? [{ id, url, thumb: thumb_url }] : [])),
    mine: partOf(dto, now),
    leave: dto.leave && dto.leave.status !== 'withdrawn' ? toLeave(dto.leave, dto.costs) : null,
    choices: mayAskLeave(dto, now) ? toChoices(dto, dayOf(now)) : [],
    over,
  }
}

function noticeOf(dto: OwnMeetingOut): Tag {
  if (dto.phase === 'cancelled')
    return { words: dto.cancelled_reason ? `已取消：${dto.cancelled_reason}` : '已取消', tone: 'warn' }
  if (dto.phase === 'open') return { words: `签到进行中，${time(dto.closes_at)} 截止`, tone: 'live' }
  return { words: dto.phase_title, tone: '' }
}

function factsOf(dto: OwnMeetingOut, now: Date): { name: string; words: string }[] {
  const window =
    dayOf(new Date(dto.opens_at)) === dayOf(new Date(dto.starts_at))
      ? `${time(dto.opens_at)} 至 ${time(dto.closes_at)}`
      : span(dto.opens_at, dto.closes_at, now)
  const costs = dto.costs.map(({ item_title, text }) => ({ name: '积分', words: `${item_title}，${text}` }))
  return [
    { name: '时间', words: span(dto.starts_at, dto.ends_at, now) },
    { name: '地点', words: dto.place },
    { name: '签到', words: window },
    { name: '主办', words: dto.organization_title },
    ...(dto.topic ? [{ name: '主题', words: dto.topic }] : []),
    ...costs,
  ]
}

function partOf(dto: OwnMeetingOut, now: Date): MyPart | null {
  if (dto.phase === 'cancelled') return null
  const open = dto.phase === 'open' && dto.scanned_at === null
  if (dto.part === null && dto.standing === null)
    return { state: '不在名单上', words: '本次会议没有邀请您，不影响您的积分。', open: false }
  if (dto.scanned_at)
    return {
      state: dto.standing_title ?? '已签到',
      words: [recordOf(dto, now), dto.held?.words].filter(Boolean).join('，'),
      open,
    }
  if (dto.held?.status === 'waiting') return { state: '待确认', words: heldOf(dto.held, now), open }
  if (dto.held?.status === 'dismissed' && dto.standing !== 'on_leave')
    return { state: '未确认', words: heldOf(dto.held, now), open }
  if (dto.standing === 'made_up') return { state: '已补课', words: '补课已登记。', open }
  if (dto.standing === 'on_leave')
    return { state: '已请假', words: open ? '如已到会，可以扫码签到，同时销假。' : '', open }
  if (dto.standing === 'absent')
    return { state: '缺席', words: '如确已到会，请联系支部补录；有事没来，可以补请假。', open }
  if (dto.part === 'observer')
    return { state: '列席', words: open ? '到会请扫会场屏幕上的二维码。' : '列席不计分，不来不用请假。', open }
  if (open) return { state: '未签到', words: '扫会场屏幕上的二维码；不便用手机的，请书记登记。', open }
  return {
    state: '签到未开始',
    words: `${nearDay(dto.opens_at, now)} ${time(dto.opens_at)} 开始签到，届时扫会场屏幕上的二维码。`,
    open,
  }
}

/** What became of a check-in that the host has to confirm, and what to do. */
function heldOf({ words, advice, reason, scanned_at }: components['schemas']['OwnHeldOut'], now: Date): string {
  return `${words}（${nearDay(scanned_at, now)} ${time(scanned_at)} 扫码${reason ? `，原因：${reason}` : ''}）。${advice}`
}

function recordOf({ scanned_at, via, standing, starts_at }: OwnMeetingOut, now: Date): string {
  const when = scanned_at ? `${nearDay(scanned_at, now)} ${time(scanned_at)}` : ''
  const how = via ? HOW[via] : ''
  const late = standing === 'late' ? `会议 ${time(starts_at)} 开始` : ''
  return [when, how, late].filter(Boolean).join('，')
}

/** He is invited, has neither come nor a leave that stands, and it is not too late. */
function mayAskLeave({ part, phase, standing, leave, leave_until }: OwnMeetingOut, now: Date): boolean {
  const stands = leave?.status === 'asked' || leave?.status === 'granted'
  const missing = standing === 'expected' || standing === 'absent'
  return part === 'invited' && phase !== 'cancelled' && missing && !stands && dayOf(now) <= leave_until
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
}
