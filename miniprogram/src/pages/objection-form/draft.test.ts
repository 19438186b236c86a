import { beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'

import { problemsOf, useDraft } from './draft'

const kept = new Map<string, unknown>()

beforeEach(() => {
  kept.clear()
  vi.stubGlobal('uni', {
    getStorageSync: (key: string) => kept.get(key) ?? '',
    setStorageSync: (key: string, value: unknown) => kept.set(key, value),
    removeStorageSync: (key: string) => kept.delete(key),
  })
})

describe('an objection in the making', () => {
  it('stays on the phone, apart for each matter, until it was handed in', async () => {
    const first = useDraft()
    first.begin(7, 7, 'rejection', 41)
    first.draft.words = '那天整个上午都在社区'
    await nextTick()
    const again = useDraft()
    again.begin(7, 7, 'rejection', 41)
    expect(again.draft.words).toBe('那天整个上午都在社区')
    again.begin(7, 7, 'rejection', 42)
    expect(again.draft.words).toBe('')
    again.begin(7, 7, 'rejection', 41)
    await again.end()
    await nextTick()
    expect([...kept.keys()]).toEqual([])
  })

  it('says what is missing: the words of one’s own, how it came in of another’s', () => {
    const draft = { words: '', wish: '', lateReason: '', via: 'oral' as const, intake: '' }
    expect(problemsOf(draft, true, false)).toEqual({ words: '请写明对什么有异议、为什么' })
    expect(Object.keys(problemsOf(draft, false, true))).toEqual(['intake', 'words', 'late'])
    expect(Object.keys(problemsOf({ ...draft, words: '少记一次', wish: '补' }, true, false))).toEqual(['wish'])
    const whole = { ...draft, words: '少记一次', wish: '补记', lateReason: '住院', intake: '6 月 18 日电话' }
    expect(problemsOf(whole, false, true)).toEqual({})
  })
})
