import { beforeEach, describe, expect, it, vi } from 'vitest'

import { ApiError } from '@/api/errors'
import type { Review } from '@/api/reviews'

import { useReviewQueue } from './queue'

const server = vi.hoisted(() => ({ listWaiting: vi.fn(), openReview: vi.fn(), decide: vi.fn(), revoke: vi.fn() }))
vi.mock('@/api/reviews', () => server)
vi.mock('@/platform', () => ({ platform: {} }))

const claim = (id: number, version = 1) =>
  ({ id, version, member: '孙浩', title: `第 ${id} 条`, points: '1.00' }) as Review
const offline = new ApiError('offline', '没有连上网络', 0)
const taken = new ApiError('already_decided', '该申报已由王芳审核（已通过）', 409, {
  by: '王芳',
  at: '2020-06-18T10:24:00+08:00',
})

/** A queue of these claims, the first of them opened. */
async function opened(...ids: number[]) {
  server.listWaiting.mockResolvedValue(ids)
  const queue = useReviewQueue(() => 3)
  await queue.load()
  return queue
}

beforeEach(() => {
  Object.values(server).forEach((each) => each.mockReset())
  server.openReview.mockImplementation(async (id: number) => claim(id))
  server.decide.mockImplementation(async ({ id, version }: Review) => ({ id, version: version + 1 }))
})

describe('reviewing', () => {
  it('goes on to the next at once and ends when all are decided', async () => {
    const queue = await opened(7, 9)
    expect([queue.review.value?.id, queue.progress.value]).toEqual([7, { position: 1, total: 2 }])
    await queue.decide({ how: 'approve' })
    expect([queue.review.value?.id, queue.progress.value]).toEqual([9, { position: 2, total: 2 }])
    await queue.decide({ how: 'return', reason: '请补充' })
    expect([queue.review.value, queue.state.value]).toEqual([null, 'empty'])
    expect(queue.told.value).toEqual({ words: '已退回：孙浩“第 9 条”', undo: undefined })
  })

  it('decides the version seen, and stays with it until the decision arrived', async () => {
    const queue = await opened(7)
    server.decide.mockRejectedValueOnce(offline)
    await expect(queue.decide({ how: 'approve' })).rejects.toThrow('没有连上网络')
    expect(queue.review.value?.id).toBe(7)
    await queue.decide({ how: 'approve' })
    for (const [shown] of server.decide.mock.calls) expect(shown).toMatchObject({ id: 7, version: 1 })
  })

  it('says who was first and when, and goes on', async () => {
    const queue = await opened(7, 9)
    server.decide.mockRejectedValueOnce(taken)
    await queue.decide({ how: 'approve' })
    expect(queue.told.value?.words).toMatch(/^孙浩“第 7 条”：该申报已由王芳审核（已通过），2020 年 6 月 18 日 10:24$/)
    expect(queue.review.value?.id).toBe(9)
  })

  it('passes over what is decided before it is opened, and still lets the last approval be taken back', async () => {
    const queue = await opened(7, 8, 9)
    server.openReview.mockImplementation(async (id: number) => (id === 8 ? Promise.reject(taken) : claim(id)))
    await queue.decide({ how: 'approve' })
    expect(queue.review.value?.id).toBe(9)
    expect(queue.told.value).toMatchObject({
      words: expect.stringContaining('王芳') as string,
      undo: { id: 7, version: 2 },
    })
    await queue.undo('操作有误')
    expect(server.revoke).toHaveBeenCalledWith({ id: 7, version: 2 }, '操作有误')
    expect(queue.review.value?.id).toBe(7)
  })

  it('shows a claim anew that was changed while it was looked at', async () => {
    const queue = await opened(7, 9)
    server.decide.mockRejectedValueOnce(new ApiError('stale_version', '申报内容已有更新', 409))
    server.openReview.mockResolvedValueOnce(claim(7, 2))
    await queue.decide({ how: 'approve' })
    expect(queue.review.value).toMatchObject({ id: 7, version: 2 })
    expect(queue.told.value?.words).toContain('请再看一遍')
  })

  it('shows what was skipped only when asked for', async () => {
    const queue = await opened(7, 9)
    await queue.skip()
    await queue.decide({ how: 'approve' })
    expect([queue.state.value, queue.skipped.value]).toEqual(['empty', 1])
    server.listWaiting.mockResolvedValue([7])
    await queue.again()
    expect([queue.review.value?.id, queue.skipped.value]).toEqual([7, 0])
  })

  it('takes up what came in meanwhile', async () => {
    const queue = await opened(7)
    server.listWaiting.mockResolvedValue([12])
    await queue.decide({ how: 'approve' })
    expect([queue.review.value?.id, queue.progress.value]).toEqual([12, { position: 2, total: 2 }])
  })

  it('does not show a decided claim while the next cannot be read', async () => {
    const queue = await opened(7, 9)
    server.openReview.mockRejectedValueOnce(offline)
    await queue.decide({ how: 'approve' })
    expect([queue.review.value, queue.state.value]).toEqual([null, 'offline'])
    await queue.load()
    expect(queue.review.value?.id).toBe(9)
  })
})
