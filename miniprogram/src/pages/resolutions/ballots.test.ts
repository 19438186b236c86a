import { describe, expect, it } from 'vitest'

import { NOTHING, presence, problemOf, read } from './ballots'

const VOTERS = [
  { id: 1, name: '张敏', came: true },
  { id: 2, name: '李伟', came: true },
  { id: 3, name: '孙丽', came: false },
]

describe('who may vote', () => {
  it('are all full members without those left out, and present is who of them came', () => {
    expect(presence(VOTERS, [])).toEqual({ entitled: 3, present: 2 })
    expect(presence(VOTERS, [1, 3])).toEqual({ entitled: 1, present: 1 })
  })
})

describe('ballots', () => {
  it('have to come to those present and the written opinions', () => {
    expect(problemOf({ ...NOTHING, ayes: '2' }, 2)).toBe('')
    expect(problemOf({ ...NOTHING, ayes: '2', written: '1' }, 2)).toBe('合计 2 票，应为 3 票')
    expect(problemOf(NOTHING, 2)).toBe('合计 0 票，应为 2 票')
  })

  it('are whole numbers; an empty field is none', () => {
    expect(read({ ...NOTHING, ayes: ' 2 ' })).toEqual({
      ayes: 2,
      nays: 0,
      abstentions: 0,
      invalid: 0,
      unreturned: 0,
      written: 0,
    })
    expect(problemOf({ ...NOTHING, ayes: '1.5' }, 2)).toBe('票数请填写整数')
    expect(problemOf({ ...NOTHING, nays: '-1' }, 2)).toBe('票数请填写整数')
  })
})
