import { beforeEach, describe, expect, it, vi } from 'vitest'

import { ApiError } from '@/api/errors'

import { useRemembered } from './load'
import { forgetShown, memoryOf } from './memory'

const kept: Record<string, unknown> = {}

beforeEach(() => {
  for (const key of Object.keys(kept)) delete kept[key]
  const setStorageSync = (key: string, value: unknown) => (kept[key] = JSON.parse(JSON.stringify(value)) as unknown)
  vi.stubGlobal('uni', {
    setStorageSync,
    getStorageSync: (key: string) => kept[key] ?? '',
    removeStorageSync: (key: string) => delete kept[key],
  })
})

describe('what a page showed last', () => {
  it('is there when it opens again, until it is read anew', async () => {
    await useRemembered(async () => 61, memoryOf<number>('score')).load()
    const { data, state, stale, load } = useRemembered(async () => 62, memoryOf<number>('score'))
    expect([state.value, data.value, stale.value]).toEqual(['ready', 61, false])
    await load()
    expect(data.value).toBe(62)
  })

  it('is there without a network, and said to be from before', async () => {
    await useRemembered(async () => 61, memoryOf<number>('score')).load()
    const { data, state, stale, load } = useRemembered(
      () => Promise.reject(new ApiError('offline', '没有连上网络', 0)),
      memoryOf<number>('score'),
    )
    await load()
    expect([state.value, data.value, stale.value]).toEqual(['ready', 61, true])
  })

  it('is one thing for each name, and no more of it than the page asks for', async () => {
    await useRemembered(
      async () => [1, 2, 3],
      memoryOf<number[]>('list', (all) => all.slice(0, 1)),
    ).load()
    memoryOf<string>('place').begin()('第 6 名')
    expect(memoryOf<number[]>('list').recall()).toEqual([1])
    expect(memoryOf<string>('place').recall()).toBe('第 6 名')
    expect(memoryOf('notices').recall()).toBeNull()
  })

  it('is not kept for who has signed out while it was read', async () => {
    const { load } = useRemembered(async () => 61, memoryOf<number>('score'))
    const reading = load()
    forgetShown()
    await reading
    expect(kept).toEqual({})
  })

  it('is gone after signing out, and in another version of the app', () => {
    memoryOf<number>('score').begin()(61)
    Object.assign(kept.shown as object, { shape: 'another' })
    expect(memoryOf('score').recall()).toBeNull()
    memoryOf<number>('score').begin()(62)
    expect(memoryOf('score').recall()).toBe(62)
    forgetShown()
    expect(kept).toEqual({})
  })
})
