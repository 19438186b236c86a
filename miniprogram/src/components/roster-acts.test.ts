import { describe, expect, it } from 'vitest'

import { toRosterLine } from '@/api/rosters'
import type { components } from '@/api/schema'

import { actsFor, problemsOf } from './roster-acts'

type RosterLineOut = components['schemas']['RosterLineOut']

const ABSENT: RosterLineOut = {
  member_id: 7,
  name: '马超',
  part: 'invited',
  standing: 'absent',
  standing_title: '缺席',
  via: null,
  scanned_at: null,
  helper: null,
  leave: null,
}
const SICK = {
  id: 3,
  kind: 'sick',
  kind_title: '病假',
  status: 'granted',
  status_title: '已批准',
  makeup_until: '2026-07-18',
  reason: '住院',
  version: 2,
} as const

const acts = (changes: Partial<RosterLineOut>, stage: 'before' | 'open' | 'over') =>
  actsFor(toRosterLine({ ...ABSENT, ...changes }), stage)

describe('what can be done by hand', () => {
  it('is an entry while check-in is open, and a make-up or a leave once it is over', () => {
    expect(acts({ standing: 'expected' }, 'before')).toEqual(['leave'])
    expect(acts({ standing: 'expected' }, 'open')).toEqual(['present', 'late', 'leave'])
    expect(acts({}, 'over')).toEqual(['present', 'late', 'makeUp', 'leave'])
  })

  it('is a correction or an undoing for who is there already', () => {
    expect(acts({ standing: 'present', via: 'qr' }, 'open')).toEqual(['toLate', 'undo'])
    expect(acts({ standing: 'late', via: 'manual' }, 'over')).toEqual(['toPresent', 'undo'])
    expect(acts({ standing: 'made_up', via: 'manual' }, 'over')).toEqual(['undo'])
  })

  it('asks for no second leave where one was granted or waits, and for none of an observer', () => {
    expect(acts({ standing: 'on_leave', leave: SICK }, 'open')).toEqual(['present', 'late', 'makeUp'])
    expect(acts({ leave: { ...SICK, status: 'asked' } }, 'over')).toEqual(['present', 'late', 'makeUp'])
    expect(acts({ part: 'observer' }, 'over')).toEqual(['present', 'late'])
  })

  it('is never without a reason, and after its deadline a make-up has one more', () => {
    expect(problemsOf('present', { words: ' ', on: '', lateWords: '' }, '2026-07-18')).toEqual({
      words: '请写明代为登记的原因',
    })
    expect(problemsOf('makeUp', { words: '学习笔记', on: '2026-07-18', lateWords: '' }, '2026-07-18')).toEqual({})
    expect(problemsOf('makeUp', { words: '学习笔记', on: '2026-07-19', lateWords: '' }, '2026-07-18')).toEqual({
      lateWords: '补课期限已过，请写明逾期原因',
    })
  })
})

describe('a line of the roster', () => {
  it('says how someone came, in the time of Shanghai', () => {
    const line = toRosterLine({
      ...ABSENT,
      standing: 'present',
      standing_title: '出席',
      via: 'helper',
      helper: '孙浩',
      scanned_at: '2026-06-18T06:50:40Z',
    })
    expect(line).toMatchObject({ came: true, helped: true, said: '用孙浩的手机', cameWhen: '14:50:40' })
  })

  it('says where a leave stands, and forgets a withdrawn one', () => {
    expect(toRosterLine({ ...ABSENT, leave: { ...SICK, status: 'asked' } }).said).toBe('病假待审批')
    expect(toRosterLine({ ...ABSENT, standing: 'on_leave', leave: SICK }).said).toBe('病假，7 月 18 日前补课')
    expect(toRosterLine({ ...ABSENT, leave: { ...SICK, status: 'refused' } }).said).toBe('病假未批准')
    expect(toRosterLine({ ...ABSENT, leave: { ...SICK, status: 'withdrawn' } })).toMatchObject({
      said: '',
      leave: null,
    })
  })
})
