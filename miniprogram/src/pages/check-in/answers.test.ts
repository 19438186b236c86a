import { describe, expect, it } from 'vitest'

import type { CheckIn } from '@/api/check_in'
import { ApiError } from '@/api/errors'

import { type Asked, recorded, refused } from './answers'

const NOW = new Date('2026-06-18T15:00:00+08:00')
const MEETING = {
  title: '6 月主题党日',
  place: '明德楼 305',
  starts_at: '2026-06-18T15:00:00+08:00',
  host: '教工第一党支部',
}
const TICKET = { ticket: 't', expires_at: '2026-06-18T15:02:00+08:00', meeting: MEETING }
const ASKED: Asked = { wish: {}, ticket: TICKET }
const HELPING: Asked = { wish: { for_work_number: 'T0002' }, ticket: TICKET }
const WINDOW = { opens_at: '2026-06-18T14:40:00+08:00', closes_at: '2026-06-18T15:20:00+08:00' }

function record(values: Partial<CheckIn> = {}): CheckIn {
  return {
    result: 'checked_in',
    state: 'present',
    words: '签到成功',
    advice: '已经记下，不用再申报。',
    via: 'qr',
    checked_in_at: '2026-06-18T14:52:00+08:00',
    member_name: '张敏',
    meeting: { id: 7, ...MEETING },
    ...values,
  }
}

/** Every refusal of docs/check-in.md with what it must offer. */
const REFUSALS: [number, string, Record<string, unknown>, string, string][] = [
  [410, 'code_expired', {}, '二维码已过期', 'scan'],
  [422, 'code_invalid', {}, '这不是会议签到的二维码', 'scan'],
  [410, 'ticket_expired', {}, '扫码已超过 10 分钟', 'scan'],
  [422, 'ticket_invalid', {}, '请重新扫码', 'scan'],
  [429, 'too_many_tries', {}, '数字输错次数过多', 'scan'],
  [403, 'not_bound', {}, '请先绑定身份', 'bind'],
  [403, 'not_invited', { as_guest: true }, '您不在签到名单上', 'as_guest'],
  [403, 'not_invited', { as_guest: false }, '您不在签到名单上', 'home'],
  [409, 'on_leave', {}, '您已请假', 'end_leave'],
  [409, 'too_early', WINDOW, '签到还没有开始', 'home'],
  [409, 'closed', WINDOW, '签到已经结束', 'home'],
  [409, 'meeting_cancelled', WINDOW, '本次会议已取消', 'home'],
  [503, 'busy', {}, '暂时没有签上', 'again'],
  [503, 'database_unavailable', {}, '暂时没有签上', 'again'],
  [500, 'internal', {}, '这次没有记上', 'again'],
]

describe('a refusal', () => {
  it.each(REFUSALS)('%i %s is told with its cause and one way on', (status, code, detail, heading, act) => {
    const screen = refused(new ApiError(code, '服务的说明', status, detail), ASKED, NOW)
    expect([screen.heading, screen.main?.act]).toEqual([heading, act])
    expect(screen.tips?.length).toBeGreaterThan(0)
    expect(screen.facts?.[0]).toEqual({ name: '会议', words: '6 月主题党日' })
  })

  it('says when the window is, if it is about that', () => {
    expect(refused(new ApiError('too_early', '', 409, WINDOW), ASKED, NOW).words).toBe(
      '今天 14:40 开始签到，请到时间后再扫一次。',
    )
    expect(refused(new ApiError('closed', '', 409, WINDOW), ASKED, NOW).words).toBe(
      '今天 15:20 签到结束，现在不能再签。',
    )
  })

  it('for someone else speaks of him, and does not tell whether his number exists', () => {
    const screen = refused(
      new ApiError('not_invited', '代签没有成功：您或对方不在本次会议的签到名单上，请核对工号', 403, {
        as_guest: false,
      }),
      HELPING,
      NOW,
    )
    expect([screen.heading, screen.main?.act]).toEqual(['代签没有成功', 'help'])
    expect(refused(new ApiError('on_leave', '', 409), HELPING, NOW).heading).toBe('对方已请假')
  })

  it('without a network says whether the code was seen', () => {
    const offline = new ApiError('offline', '没有连上网络', 0)
    expect(refused(offline, ASKED, NOW).words).toContain('不用重新扫码')
    expect(refused(offline, { wish: {}, ticket: null }, NOW).words).toContain('连上后请马上再试')
  })
})

describe('a record', () => {
  it('says when, in time, who and where', () => {
    const screen = recorded(record(), ASKED, NOW)
    expect([screen.heading, screen.words, screen.tone]).toEqual(['签到成功', '今天 14:52，准时', 'done'])
    expect(screen.facts?.map(({ words }) => words)).toEqual([
      '6 月主题党日',
      '明德楼 305',
      '张敏',
      '会后自动记入，不用申报',
    ])
    expect([screen.main?.act, screen.second?.act]).toEqual(['home', 'meeting'])
  })

  it.each([
    [record({ result: 'late', state: 'late' }), ASKED, '已签到（迟到）', '今天 14:52，会议 15:00 开始'],
    [record({ result: 'already_checked_in', state: 'late' }), ASKED, '您已签到过', '首次签到：今天 14:52，迟到'],
    [record({ result: 'guest_waiting' }), ASKED, '已登记，等主办支部确认', '今天 14:52，以流动党员身份登记'],
    [record({ via: 'helper' }), HELPING, '代签成功', '今天 14:52，准时'],
    [record({ result: 'already_checked_in' }), HELPING, '对方已签到过', '首次签到：今天 14:52，准时'],
  ])('of each kind has its own words', (found, asked, heading, words) => {
    const screen = recorded(found, asked, NOW)
    expect([screen.heading, screen.words]).toEqual([heading, words])
  })

  it('of a guest promises no points here, and leads to no page that is not his', () => {
    const screen = recorded(record({ result: 'guest_waiting' }), ASKED, NOW)
    expect(screen.facts?.some(({ name }) => name === '积分')).toBe(false)
    expect(screen.second).toBeUndefined()
  })
})

describe('a check-in that the host has to confirm', () => {
  it.each([
    ['held', '已收到，待会议主持人确认', '主持人确认后计为到会'],
    ['dismissed', '签到未确认', '不计到会'],
  ] as const)('%s is told in the words of the catalogue, with another scan as the way on', (result, heading, words) => {
    const screen = recorded(record({ result, state: result }), ASKED, NOW)
    expect([screen.heading, screen.tone]).toEqual([heading, 'look'])
    expect(screen.words).toContain(words)
    expect([screen.main?.act, screen.second?.act, screen.links?.map(({ act }) => act)]).toEqual([
      'home',
      'meeting',
      ['scan'],
    ])
    expect(screen.facts?.map(({ name }) => name)).not.toContain('积分')
    expect(screen.note).toBe('扫码时刻：今天 14:52')
  })
})
