import { computed, ref, type ShallowRef, shallowRef } from 'vue'

import { ApiError } from '@/api/errors'

import type { Memory } from './memory'

export type PageState = 'loading' | 'ready' | 'empty' | 'error' | 'offline'

/** What a page shows: `read` it, keep it, say how that went. What was read stays when reading anew fails, but not
 * when it is refused. */
export function useLoad<T>(read: () => Promise<T>, isEmpty: (data: T) => boolean = () => false, memory?: Memory<T>) {
  const data: ShallowRef<T | null> = shallowRef(memory?.recall() ?? null)
  const failure = shallowRef<unknown>(null)
  const busy = ref(false)
  let latest = 0

  async function load(): Promise<void> {
    const mine = ++latest
    const keep = memory?.begin()
    busy.value = true
    try {
      const found = await read()
      if (mine !== latest) return
      data.value = found
      failure.value = null
      keep?.(found)
    } catch (error) {
      if (mine !== latest) return
      failure.value = error
      if (error instanceof ApiError && error.refused) data.value = null
    } finally {
      if (mine === latest) busy.value = false
    }
  }

  const state = computed<PageState>(() => {
    if (data.value !== null) return isEmpty(data.value) ? 'empty' : 'ready'
    if (failure.value === null) return 'loading'
    return failure.value instanceof ApiError && failure.value.offline ? 'offline' : 'error'
  })
  /** What is shown is from before: the last attempt to read it anew failed. */
  const stale = computed(() => data.value !== null && failure.value !== null)

  return { data, failure, state, stale, busy, load }
}

/** The same with what was shown last, from the start and across openings of the app. */
export function useRemembered<T>(read: () => Promise<T>, memory: Memory<T>) {
  return useLoad(read, () => false, memory)
}
