import { describe, expect, it, vi } from 'vitest'

import { type Slice, useList } from './list'

const showToast = vi.fn()
vi.stubGlobal('uni', { showToast })

describe('a list', () => {
  it('grows page by page to its end', async () => {
    const pages: Record<string, Slice<number>> = { '': { items: [1, 2], next: 'b' }, b: { items: [3], next: null } }
    const asked: (string | undefined)[] = []
    const { data, next, load, more } = useList(async (cursor?: string) => {
      asked.push(cursor)
      return pages[cursor ?? ''] as Slice<number>
    })
    await load()
    expect([data.value, next.value]).toEqual([[1, 2], 'b'])
    await Promise.all([more(), more()])
    await more()
    expect(data.value).toEqual([1, 2, 3])
    expect(asked).toEqual([undefined, 'b'])
  })

  it('keeps what it has when the next page does not come, and asks for it again', async () => {
    let online = true
    const { data, load, more } = useList(async (cursor?: string) => {
      if (!online) throw new Error('no network')
      return { items: [cursor ?? 'a'], next: cursor ? null : 'b' }
    })
    await load()
    online = false
    await more()
    expect(data.value).toEqual(['a'])
    expect(showToast).toHaveBeenCalledOnce()
    online = true
    await more()
    expect(data.value).toEqual(['a', 'b'])
  })

  it('read anew while its next page was on the way stays what it then is', async () => {
    let answer: (slice: Slice<string>) => void = () => undefined
    const { data, load, more } = useList((cursor?: string) =>
      cursor
        ? new Promise<Slice<string>>((resolve) => (answer = resolve))
        : Promise.resolve({ items: ['a'], next: 'b' }),
    )
    await load()
    const late = more()
    await load()
    answer({ items: ['old'], next: null })
    await late
    expect(data.value).toEqual(['a'])
  })
})
