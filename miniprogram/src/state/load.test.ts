import { describe, expect, it } from 'vitest'

import { ApiError } from '@/api/errors'

import { useLoad } from './load'

const offline = new ApiError('offline', '没有连上网络', 0)

describe('a page', () => {
  it('loads, then shows what it found', async () => {
    const { data, state, load } = useLoad(async () => [1])
    expect(state.value).toBe('loading')
    await load()
    expect([state.value, data.value]).toEqual(['ready', [1]])
  })

  it('is empty where nothing was found', async () => {
    const { state, load } = useLoad(
      async () => [],
      (found) => found.length === 0,
    )
    await load()
    expect(state.value).toBe('empty')
  })

  it('tells no network from an error', async () => {
    let error: Error = offline
    const { state, load } = useLoad(() => Promise.reject(error))
    await load()
    expect(state.value).toBe('offline')
    error = new ApiError('forbidden', '您不能查看', 403)
    await load()
    expect(state.value).toBe('error')
  })

  it('keeps what it showed when the network goes, says so, and recovers', async () => {
    let answer: () => Promise<number> = async () => 1
    const { data, state, stale, load } = useLoad(() => answer())
    await load()
    answer = () => Promise.reject(offline)
    await load()
    expect([state.value, stale.value, data.value]).toEqual(['ready', true, 1])
    answer = async () => 2
    await load()
    expect([state.value, stale.value, data.value]).toEqual(['ready', false, 2])
  })

  it('shows why it is refused in place of what it showed', async () => {
    let answer: () => Promise<number> = async () => 1
    const { data, state, load } = useLoad(() => answer())
    await load()
    answer = () => Promise.reject(new ApiError('no_standard', '2027 年度积分标准尚未发布', 422))
    await load()
    expect([state.value, data.value]).toEqual(['error', null])
  })

  it('shows the answer to its last question, not the one that came last', async () => {
    const waiting: ((value: number) => void)[] = []
    const { data, load } = useLoad(() => new Promise<number>((resolve) => waiting.push(resolve)))
    const both = [load(), load()]
    waiting[1]?.(2)
    waiting[0]?.(1)
    await Promise.all(both)
    expect(data.value).toBe(2)
  })
})
