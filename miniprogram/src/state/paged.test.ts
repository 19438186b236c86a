import { describe, expect, it, vi } from 'vitest'

import { usePaged } from './paged'

vi.mock('@dcloudio/uni-app', () => ({ onReachBottom: () => undefined }))

const PAGES: Record<string, { items: number[]; next: string | null }> = {
  first: { items: [1, 2], next: 'second' },
  second: { items: [3], next: null },
}

describe('a long list', () => {
  it('goes on where it ended, until there is no more', async () => {
    const read = vi.fn(async (cursor = 'first') => PAGES[cursor] as { items: number[]; next: string | null })
    const list = usePaged(read)
    await list.load()
    expect([list.items.value, list.ended.value]).toEqual([[1, 2], false])
    await Promise.all([list.more(), list.more()])
    expect([list.items.value, list.ended.value]).toEqual([[1, 2, 3], true])
    await list.more()
    expect(read).toHaveBeenCalledTimes(2)
  })

  it('keeps what it has when more does not come, and says so', async () => {
    const showToast = vi.fn()
    vi.stubGlobal('uni', { showToast })
    const list = usePaged(async (cursor?: string) => {
      if (cursor) throw new Error('gone')
      return { items: [1], next: 'second' }
    })
    await list.load()
    await list.more()
    expect([list.items.value, list.busy.value, list.state.value]).toEqual([[1], false, 'ready'])
    expect(showToast).toHaveBeenCalledOnce()
  })

  it('does not add to a list that was begun anew meanwhile', async () => {
    let answer: (page: { items: number[]; next: null }) => void = () => undefined
    const list = usePaged<number>((cursor) => (cursor ? new Promise((resolve) => (answer = resolve)) : Promise.resolve({ items: [1], next: 'second' })))
    await list.load()
    const more = list.more()
    await list.load()
    answer({ items: [2], next: null })
    await more
    expect(list.items.value).toEqual([1])
  })
})
