import { describe, expect, it } from 'vitest'

import { problemOf } from './finding'

const whole = { finding: '已查签到和通知', outcome: 'upheld' as const, corrects: true, why: '' }

describe('a finding', () => {
  it('says what it lacks', () => {
    expect(problemOf({ ...whole, finding: '已查' })).toBe('请写明核查情况')
    expect(problemOf({ ...whole, outcome: '' })).toBe('请选择结论')
    expect(problemOf(whole)).toBe('')
  })

  it('asks why nothing is corrected only where something was upheld', () => {
    expect(problemOf({ ...whole, corrects: false })).toBe('请写明不作更正的原因')
    expect(problemOf({ ...whole, outcome: 'partly_upheld', corrects: false, why: '分值没有变化' })).toBe('')
    expect(problemOf({ ...whole, outcome: 'dismissed', corrects: false })).toBe('')
  })
})
