import { describe, expect, it } from 'vitest'

import type { PublicityItem } from '@/api/publicities'
import type { Result } from '@/api/results'

import { howToObject, inShort, standingOf } from './words'

const RESULT: Result = {
  memberId: 1,
  name: '张敏',
  year: 2026,
  organizationId: 3,
  state: 'reported',
  standing: 'scored',
  total: '91.50',
  note: '',
  position: '',
  corrected: '',
  drawn: '1 月 13 日',
  code: '7D21-F0AB',
}
const SHOWN: PublicityItem = {
  id: 1,
  title: '',
  organization: '',
  phase: 'running',
  words: '公示中，还剩 3 个工作日',
  span: '',
}

describe('how a result stands', () => {
  it('is not final before its year is settled', () => {
    expect(standingOf(RESULT, null)).toMatchObject({ tag: '已通报', words: '结果尚未确定' })
    expect(standingOf({ ...RESULT, state: 'settled' }, null).words).not.toContain('尚未确定')
  })

  it('has the words of its publicity, grey while that is paused', () => {
    expect(standingOf({ ...RESULT, state: 'publicized' }, SHOWN)).toMatchObject({ tag: SHOWN.words, tone: 'live' })
    const paused = { ...SHOWN, phase: 'paused', words: '公示暂停（寒假）' } as const
    expect(standingOf({ ...RESULT, state: 'publicized' }, paused)).toMatchObject({ tag: '公示暂停（寒假）', tone: '' })
  })

  it('is green once it is filed', () => {
    expect(standingOf({ ...RESULT, state: 'filed' }, null).tone).toBe('ok')
    expect(standingOf({ ...RESULT, state: 'archived' }, null).tone).toBe('ok')
  })

  it('is in short what it is called, or why there is no figure', () => {
    expect(inShort({ ...RESULT, state: 'publicized' })).toBe('公示中')
    expect(inShort({ ...RESULT, note: '另行通报', total: '' })).toBe('另行通报')
  })
})

describe('how to object', () => {
  it('names the telephone where there is one', () => {
    expect(howToObject(RESULT, '0535-5550158')).toContain('支部（办公电话 0535-5550158）书面、口头提出')
    expect(howToObject(RESULT, '')).toContain('向支部书面、口头提出')
  })

  it('has a term until the result is settled, and none after', () => {
    expect(howToObject(RESULT, '')).toContain('五个工作日')
    expect(howToObject({ ...RESULT, state: 'publicized' }, '')).toContain('公示最后一天 24:00 前')
    expect(howToObject({ ...RESULT, state: 'filed' }, '')).toContain('经核实后更正')
  })
})
