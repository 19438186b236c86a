import { nextTick } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { ApiError } from '@/api/errors'

import { emptyDraft, keptDraft, problemsOf, useDraft } from './draft'

const submitClaim = vi.hoisted(() => vi.fn())
const submitClaimFor = vi.hoisted(() => vi.fn())
const resubmitClaim = vi.hoisted(() => vi.fn())
vi.mock('@/api/claims', () => ({ submitClaim, submitClaimFor, resubmitClaim }))
vi.mock('@/platform', () => ({ platform: {} }))

const NOW = new Date('2026-06-18T06:00:00Z')
let kept: Record<string, unknown>

beforeEach(() => {
  kept = {}
  submitClaim.mockReset()
  const setStorageSync = (key: string, value: unknown) => (kept[key] = value)
  vi.stubGlobal('uni', {
    setStorageSync,
    getStorageSync: (key: string) => kept[key] ?? '',
    removeStorageSync: (key: string) => delete kept[key],
  })
})

function begun(memberId: number, writerId = memberId) {
  const made = useDraft(NOW)
  made.begin(memberId, writerId)
  return made
}

describe('a draft', () => {
  it('is there again on the next visit, for its writer only', async () => {
    begun(3).draft.title = '财税进社区'
    await nextTick()
    expect(begun(3).draft.title).toBe('财税进社区')
    expect(begun(4).draft.title).toBe('')
  })

  it('keeps its text and its key while the network fails, so that it counts once', async () => {
    const { draft, submit } = begun(3)
    draft.title = '财税进社区'
    const { key } = draft
    submitClaim.mockRejectedValueOnce(new ApiError('offline', '没有连上网络', 0))
    await expect(submit()).rejects.toThrow()
    expect(draft).toMatchObject({ title: '财税进社区', key })
  })

  it('takes a new key once it was refused, since it is then another request', async () => {
    const { draft, submit } = begun(3)
    const { key } = draft
    submitClaim.mockRejectedValueOnce(new ApiError('unfinished', '请先填写：标题', 422))
    await expect(submit()).rejects.toThrow('请先填写：标题')
    expect(draft.key).not.toBe(key)
  })

  it('is gone once it was handed in', async () => {
    const { draft, submit } = begun(3)
    draft.title = '财税进社区'
    await nextTick()
    submitClaim.mockResolvedValueOnce({ id: 1 })
    await submit()
    await nextTick()
    expect(draft.title).toBe('')
    expect(kept).toEqual({})
  })

  it('says what is missing', () => {
    const { draft } = begun(3)
    expect(problemsOf(draft, [], false, '2026-06-18')).toEqual({ item: '请选择申报项目', title: '请写一个名称' })
    Object.assign(draft, { itemCode: 'C01a', title: '获奖', occurredOn: '2026-06-19' })
    expect(problemsOf(draft, ['校级'], true, '2026-06-18')).toEqual({
      item: '请选择级别',
      quantity: '请填写数量',
      day: '日期还没到，请选今天或以前的日期',
    })
    Object.assign(draft, { level: 'university', quantity: '2', occurredOn: '2026-06-18' })
    expect(problemsOf(draft, ['校级'], true, '2026-06-18')).toEqual({})
  })
})

describe('a claim that the server has', () => {
  const returned = { id: 7, version: 3, contents: { ...emptyDraft(NOW), title: '财税进社区', photoIds: [5] } }

  it('is changed in its own place, and the new one that was begun stays', async () => {
    begun(3).draft.title = '新的一份'
    await nextTick()
    const { draft, edit, submit } = begun(3)
    edit(returned)
    draft.description = '补充了时长'
    await nextTick()
    resubmitClaim.mockResolvedValueOnce(undefined)
    await submit()
    expect(resubmitClaim).toHaveBeenCalledWith(
      7,
      3,
      expect.objectContaining({ title: '财税进社区', description: '补充了时长', photoIds: [5] }),
      expect.any(String),
    )
    expect(Object.keys(kept)).toEqual(['claim-draft-3'])
    expect(keptDraft(3)?.title).toBe('新的一份')
  })

  it('keeps what was changed of it, until the server has another version', async () => {
    const first = begun(3)
    first.edit(returned)
    first.draft.description = '写到一半'
    await nextTick()
    const again = begun(3)
    again.edit(returned)
    expect(again.draft.description).toBe('写到一半')
    again.edit({ ...returned, version: 4 })
    expect(again.draft.description).toBe('')
  })

  it('is copied without its photos, which stay with it', () => {
    const { draft, copy } = begun(3)
    copy(returned.contents)
    expect(draft).toMatchObject({ title: '财税进社区', claimId: null, photoIds: [] })
  })
})

describe('a claim written for another', () => {
  it('is kept apart from his own and from the claims of who writes it', async () => {
    begun(3, 8).draft.title = '慰问老党员'
    await nextTick()
    expect(Object.keys(kept)).toEqual(['claim-draft-8-for-3'])
    expect(keptDraft(3)).toBeNull()
    expect(keptDraft(8)).toBeNull()
    expect(keptDraft(3, 8)?.title).toBe('慰问老党员')
  })

  it('is handed in with the reason, which is asked for', async () => {
    const { draft, submit } = begun(3, 8)
    Object.assign(draft, { itemCode: 'C04', title: '慰问老党员', reason: ' ' })
    expect(problemsOf(draft, [], false, '2026-06-18', true)).toEqual({ reason: '请写明代为填报的原因' })
    draft.reason = ' 本人口述 '
    expect(problemsOf(draft, [], false, '2026-06-18', true)).toEqual({})
    const { key } = draft
    submitClaimFor.mockResolvedValueOnce(undefined)
    await submit()
    expect(submitClaimFor).toHaveBeenCalledWith(3, draft, '本人口述', key)
    expect(submitClaim).not.toHaveBeenCalled()
  })
})

describe('a claim that found no network', () => {
  it('waits to be sent, and no longer once it was refused', async () => {
    const { draft, submit } = begun(3)
    draft.title = '财税进社区'
    submitClaim.mockRejectedValueOnce(new ApiError('offline', '没有连上网络', 0))
    await expect(submit()).rejects.toThrow()
    await nextTick()
    expect(keptDraft(3)?.waiting).toBe(true)
    submitClaim.mockRejectedValueOnce(new ApiError('unfinished', '请先填写：标题', 422))
    await expect(submit()).rejects.toThrow()
    expect(draft.waiting).toBe(false)
  })
})
