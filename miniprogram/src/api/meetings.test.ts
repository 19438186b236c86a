import { describe, expect, it, vi } from 'vitest'

import { toAttendance } from './attendance'
import { toMeeting, toMeetingLine } from './meetings'
import type { components } from './schema'

vi.mock('@/platform', () => ({ platform: {} }))

type OwnMeetingOut = components['schemas']['OwnMeetingOut']
type LeaveOut = components['schemas']['LeaveOut']

const BEFORE = new Date('2026-06-18T12:00:00+08:00')
const OPEN = new Date('2026-06-18T14:50:00+08:00')
const AFTER = new Date('2026-06-20T09:00:00+08:00')

function meeting(values: Partial<OwnMeetingOut> = {}): OwnMeetingOut {
  return {
    id: 7,
    kind: 'theme_day',
    kind_title: '主题党日',
    title: '6 月主题党日',
    topic: '',
    place: '明德楼 305',
    agenda: '1. 参观\n\n2. 讨论',
    starts_at: '2026-06-18T15:00:00+08:00',
    ends_at: '2026-06-18T16:30:00+08:00',
    opens_at: '2026-06-18T14:40:00+08:00',
    late_after: '2026-06-18T15:10:00+08:00',
    closes_at: '2026-06-18T15:20:00+08:00',
    makeup_until: '2026-07-18',
    leave_until: '2026-07-18',
    cancelled_reason: null,
    phase: 'planned',
    phase_title: '未开始',
    organization_id: 3,
    organization_title: '教工第一党支部',
    roster_id: 9,
    part: 'invited',
    standing: 'expected',
    standing_title: '未到',
    scanned_at: null,
    via: null,
    held: null,
    leave: null,
    costs: [{ item_code: 'B04', item_title: '参加主题党日', text: '缺席扣 2.00；准假不扣', absence: '2.00' }],
    leave_rules: [
      { kind: 'official', title: '公假', needs_makeup: false },
      { kind: 'personal', title: '事假', needs_makeup: true },
    ],
    minutes: '',
    photos: [],
    ...values,
  }
}

const open = (values: Partial<OwnMeetingOut> = {}) => meeting({ phase: 'open', phase_title: '签到中', ...values })
const closed = (values: Partial<OwnMeetingOut> = {}) =>
  meeting({ phase: 'closed', phase_title: '签到已结束', ...values })
const leave = (values: Partial<LeaveOut>) =>
  ({
    id: 5,
    kind_title: '事假',
    status: 'asked',
    status_title: '待批',
    reason: '家长会',
    asked_by: '张敏',
    asked_at: '2026-06-17T09:00:00+08:00',
    makeup_until: null,
    ...values,
  }) as LeaveOut

describe('a meeting', () => {
  it('says when, where, how check-in stands and what absence costs', () => {
    const shown = toMeeting(open(), OPEN)
    expect(shown.notice).toEqual({ words: '签到进行中，15:20 截止', tone: 'live' })
    expect(shown.facts.map(({ words }) => words)).toEqual([
      '今天 15:00 至 16:30',
      '明德楼 305',
      '14:40 至 15:20',
      '教工第一党支部',
      '参加主题党日，缺席扣 2.00；准假不扣',
    ])
    expect(shown.agenda).toEqual(['1. 参观', '2. 讨论'])
    expect(shown.mine).toMatchObject({ state: '未签到', open: true })
  })

  it('tells everyone where he stands', () => {
    const state = (dto: OwnMeetingOut, now: Date) => toMeeting(dto, now).mine
    expect(state(meeting(), BEFORE)).toMatchObject({
      state: '签到未开始',
      words: '今天 14:40 开始签到，届时扫会场屏幕上的二维码。',
      open: false,
    })
    expect(
      state(
        open({ standing: 'late', standing_title: '迟到', scanned_at: '2026-06-18T15:12:00+08:00', via: 'helper' }),
        OPEN,
      ),
    ).toMatchObject({ state: '迟到', words: '今天 15:12，由他人代签，会议 15:00 开始', open: false })
    expect(state(closed({ standing: 'absent', standing_title: '缺席' }), AFTER)).toMatchObject({
      state: '缺席',
      open: false,
    })
    expect(state(open({ standing: 'on_leave', standing_title: '请假' }), OPEN)).toMatchObject({
      state: '已请假',
      open: true,
    })
    expect(state(open({ part: 'observer', standing: null, standing_title: null }), OPEN)).toMatchObject({
      state: '列席',
      open: true,
    })
    expect(state(open({ part: null, standing: null, standing_title: null }), OPEN)).toMatchObject({
      state: '不在名单上',
      open: false,
    })
    expect(state(meeting({ phase: 'cancelled', standing: null }), BEFORE)).toBeNull()
  })

  it('in a list wears a word where there is something to say', () => {
    const tag = (dto: OwnMeetingOut) => toMeetingLine(dto, OPEN).tag
    expect(tag(meeting())).toBeNull()
    expect(tag(open())).toEqual({ words: '签到中', tone: 'live' })
    expect(tag(closed({ standing: 'absent', standing_title: '缺席' }))).toEqual({ words: '缺席', tone: 'warn' })
    expect(tag(meeting({ phase: 'cancelled', phase_title: '已取消', standing: null }))).toEqual({
      words: '已取消',
      tone: '',
    })
    expect(tag(meeting({ part: 'observer', standing: null }))).toEqual({ words: '列席', tone: '' })
  })
})

describe('leave', () => {
  const choices = (dto: OwnMeetingOut, now: Date) => toMeeting(dto, now).choices.map(({ follows }) => follows)

  it('says beforehand what follows from each kind', () => {
    expect(choices(meeting(), BEFORE)).toEqual([
      '公假获批后不扣分，不用补课。',
      '事假获批后不扣分，需在 7 月 18 日前补课；没有补课，按缺席扣 2.00。',
    ])
    expect(choices(meeting({ costs: [] }), BEFORE)[1]).toContain('没有补课，按缺席计。')
  })

  it('may be asked for afterwards, until its last day', () => {
    const absent = closed({ standing: 'absent', standing_title: '缺席', makeup_until: '2026-06-19' })
    expect(toMeeting(absent, AFTER).over).toBe(true)
    expect(choices(absent, AFTER)[1]).toContain('需按批准时定的期限补课')
    expect(choices(absent, new Date('2026-07-19T00:30:00+08:00'))).toEqual([])
  })

  it('is not offered to who came, has a leave already, is not invited, or where the meeting is called off', () => {
    expect(choices(closed({ standing: 'present', scanned_at: '2026-06-18T14:52:00+08:00' }), AFTER)).toEqual([])
    expect(choices(meeting({ leave: leave({}) }), BEFORE)).toEqual([])
    expect(choices(meeting({ part: 'observer', standing: null }), BEFORE)).toEqual([])
    expect(choices(meeting({ phase: 'cancelled', standing: null }), BEFORE)).toEqual([])
    expect(choices(meeting({ leave: leave({ status: 'refused' }) }), BEFORE)).toHaveLength(2)
  })

  it('once granted says until when it is to be made up for, and withdrawn is not shown', () => {
    const granted = toMeeting(
      meeting({
        leave: leave({
          status: 'granted',
          makeup_until: '2026-07-18',
          decided_by: '李伟',
          decided_at: '2026-06-17T10:00:00+08:00',
        }),
      }),
      BEFORE,
    ).leave
    expect(granted).toMatchObject({ tone: 'ok', follows: '须在 7 月 18 日前补课；没有补课，按缺席扣 2.00。' })
    expect(granted?.story).toHaveLength(2)
    expect(toMeeting(meeting({ leave: leave({ status: 'withdrawn' }) }), BEFORE).leave).toBeNull()
  })
})

describe('a year of attendance', () => {
  const tally = { owed: 0, attended: 0, late: 0, made_up: 0, on_leave: 0, absent: 0, expected: 0, rate: null }
  const appearance = {
    meeting_id: 1,
    on: '2026-03-05',
    kind: 'lecture',
    kind_title: '党课',
    title: '三月党课',
    part: 'invited',
    standing: 'present',
    standing_title: '出席',
    late: false,
    via: 'qr',
    leave_kind: null,
    leave_status: null,
    makeup_due: null,
  } as const

  it('has rates, the latest meeting first, and what is still to be made up by its deadline', () => {
    const shown = toAttendance(
      {
        year: 2026,
        items: [
          appearance,
          {
            ...appearance,
            meeting_id: 2,
            on: '2026-05-07',
            standing: 'on_leave',
            standing_title: '请假',
            makeup_due: '2026-06-30',
          },
          {
            ...appearance,
            meeting_id: 3,
            on: '2026-04-02',
            standing: 'on_leave',
            standing_title: '请假',
            makeup_due: '2026-06-10',
          },
        ],
        kinds: [
          { ...tally, owed: 3, attended: 1, on_leave: 2, rate: '100.0', kind: 'lecture', kind_title: '党课' },
          { ...tally, kind: 'training', kind_title: '集中培训' },
        ],
        total: { ...tally, owed: 3, attended: 1, on_leave: 2, rate: '100.0' },
      },
      '2026-06-18',
    )
    expect(shown.kinds).toEqual([{ title: '党课', rate: '100%', words: '应到 3，实到 1，请假 2', share: 100 }])
    expect(shown.makeups.map(({ id, overdue }) => [id, overdue])).toEqual([
      [3, true],
      [2, false],
    ])
    expect(shown.meetings.map(({ id }) => id)).toEqual([3, 2, 1])
  })
})

describe('a check-in that the host has to confirm', () => {
  const held = {
    words: '已收到，待会议主持人确认',
    advice: '主持人确认后计为到会。',
    reason: null,
    scanned_at: '2026-06-18T14:49:00+08:00',
  }

  it('is told with the moment of the scan and what to do, and may be scanned anew', () => {
    const mine = toMeeting(
      meeting({ phase: 'open', standing: 'held', standing_title: '签到待确认', held: { ...held, status: 'waiting' } }),
      OPEN,
    ).mine
    expect(mine).toEqual({
      state: '待确认',
      words: '已收到，待会议主持人确认（今天 14:49 扫码）。主持人确认后计为到会。',
      open: true,
    })
  })

  it('is told as not confirmed with the reason, and as confirmed beside the record', () => {
    const dismissed = { ...held, status: 'dismissed' as const, words: '签到未确认', reason: '现场没有见到' }
    const absent = toMeeting(meeting({ phase: 'closed', standing: 'absent', held: dismissed }), AFTER).mine
    expect([absent?.state, absent?.words.includes('原因：现场没有见到')]).toEqual(['未确认', true])
    const confirmed = { ...held, status: 'confirmed' as const, words: '签到已确认' }
    const came = toMeeting(
      meeting({
        phase: 'closed',
        standing: 'present',
        standing_title: '出席',
        via: 'qr',
        scanned_at: held.scanned_at,
        held: confirmed,
      }),
      AFTER,
    ).mine
    expect(came?.words).toContain('签到已确认')
  })
})
