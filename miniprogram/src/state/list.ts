import { ref } from 'vue'

import { toastError } from './say'
import { useLoad } from './load'

/** A page of a list; `next` asks for the one after it, null at the end. */
export interface Slice<T> {
  items: T[]
  next: string | null
}

/** A list that is read page by page: `load` reads it anew, `more` reads on. */
export function useList<T>(read: (cursor?: string) => Promise<Slice<T>>) {
  const next = ref<string | null>(null)
  const growing = ref(false)
  const list = useLoad(
    async () => {
      const first = await read()
      next.value = first.next
      return first.items
    },
    (items) => items.length === 0,
  )

  async function more(): Promise<void> {
    if (next.value === null || growing.value) return
    growing.value = true
    const before = list.data.value ?? []
    try {
      const slice = await read(next.value)
      // Read anew meanwhile, the list has another end.
      if (list.data.value !== before) return
      list.data.value = [...before, ...slice.items]
      next.value = slice.next
    } catch (error) {
      toastError(error)
    } finally {
      growing.value = false
    }
  }

  return { ...list, next, growing, more }
}
