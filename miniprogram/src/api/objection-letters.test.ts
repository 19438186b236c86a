import { describe, expect, it } from 'vitest'

import { toLetter } from './objection-letters'

const letter = { letter: 'answer', title: '关于积分异议的答复书' } as const

describe('a letter', () => {
  it('says nothing of its arrival before there is one', () => {
    expect(toLetter({ ...letter, delivered_at: null, via: null, via_title: null, words: null }).arrived).toBe('')
  })

  it('says when and how it came, with the words of whoever handed it over', () => {
    const dto = { ...letter, delivered_at: '2026-06-24T02:00:00Z', via: 'in_person', via_title: '当面' } as const
    expect(toLetter({ ...dto, words: '在办公室，本人签收' }).arrived).toBe('6 月 24 日 10:00 当面，在办公室，本人签收')
  })
})
