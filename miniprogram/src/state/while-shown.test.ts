import { beforeEach, describe, expect, it, vi } from 'vitest'

import { whileShown } from './while-shown'

const page = vi.hoisted(() => ({ hide: (): void => undefined }))
vi.mock('@dcloudio/uni-app', () => ({ onHide: (run: () => void) => (page.hide = run), onUnload: () => undefined }))

beforeEach(() => {
  vi.useFakeTimers()
})

describe('what a page does while it is shown', () => {
  it('is done at once, and again some time after it has ended', async () => {
    const work = vi.fn(async () => undefined)
    whileShown(work, 3_000)()
    expect(work).toHaveBeenCalledTimes(1)
    await vi.advanceTimersByTimeAsync(6_000)
    expect(work).toHaveBeenCalledTimes(3)
  })

  it('stops when the page is hidden, also with a round under way, and goes on singly when shown again', async () => {
    const ends: (() => void)[] = []
    const work = vi.fn(() => new Promise<void>((resolve) => ends.push(resolve)))
    const start = whileShown(work, 3_000)
    start()
    page.hide()
    ends[0]?.()
    await vi.advanceTimersByTimeAsync(9_000)
    expect(work).toHaveBeenCalledTimes(1)
    start()
    start()
    ends[1]?.()
    ends[2]?.()
    await vi.advanceTimersByTimeAsync(3_000)
    expect(work).toHaveBeenCalledTimes(4)
  })
})
