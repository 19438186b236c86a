import { nextTick } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { ApiError } from '@/api/errors'

import { problemsOf, useDraft } from './draft'

const submitClaim = vi.hoisted(() => vi.fn())
vi.mock('@/api/claims', () => ({ submitClaim }))
vi.mock('@/platform', () => ({ platform: {} }))

const NOW = new Date('2026-06-18T06:00:00Z')
let kept: Record<string, unknown>

beforeEach(() => {
  kept = {}
  submitClaim.mockReset()
  const setStorageSync = (key: string, value: unknown) => (kept[key] = value)
  vi.stubGlobal('uni', { setStorageSync, getStorageSync: (key: string) => kept[key] ?? '', removeStorageSync: (key: string) => delete kept[key] })
})

describe('a draft', () => {
  it('is there again on the next visit, for its writer only', async () => {
    useDraft(3, NOW).draft.title = '财税进社区'
    await nextTick()
    expect(useDraft(3, NOW).draft.title).toBe('财税进社区')
    expect(useDraft(4, NOW).draft.title).toBe('')
  })

  it('keeps its text and its key while the network fails, so that it counts once', async () => {
    const { draft, submit } = useDraft(3, NOW)
    draft.title = '财税进社区'
    const { key } = draft
    submitClaim.mockRejectedValueOnce(new ApiError('offline', '没有连上网络', 0))
    await expect(submit()).rejects.toThrow()
    expect(draft).toMatchObject({ title: '财税进社区', key })
  })

  it('takes a new key once it was refused, since it is then another request', async () => {
    const { draft, submit } = useDraft(3, NOW)
    const { key } = draft
    submitClaim.mockRejectedValueOnce(new ApiError('unfinished', '请先填写：标题', 422))
    await expect(submit()).rejects.toThrow('请先填写：标题')
    expect(draft.key).not.toBe(key)
  })

  it('is gone once it was handed in', async () => {
    const { draft, submit } = useDraft(3, NOW)
    draft.title = '财税进社区'
    await nextTick()
    submitClaim.mockResolvedValueOnce({ id: 1 })
    await submit()
    await nextTick()
    expect(draft.title).toBe('')
    expect(kept).toEqual({})
  })

  it('says what is missing', () => {
    const { draft } = useDraft(3, NOW)
    expect(problemsOf(draft, [], false, '2026-06-18')).toEqual({ item: '请选择申报项目', title: '请写一个名称' })
    Object.assign(draft, { itemCode: 'C01a', title: '获奖', occurredOn: '2026-06-19' })
    expect(problemsOf(draft, ['校级'], true, '2026-06-18')).toEqual({ item: '请选择级别', quantity: '请填写数量', day: '日期还没到，请选今天或以前的日期' })
    Object.assign(draft, { level: 'university', quantity: '2', occurredOn: '2026-06-18' })
    expect(problemsOf(draft, ['校级'], true, '2026-06-18')).toEqual({})
  })
})
