import { computed, ref, shallowRef } from 'vue'

import { ApiError } from '@/api/errors'

export type PageState = 'loading' | 'ready' | 'empty' | 'error' | 'offline'

/** What a page shows: `read` it, keep it, say how that went. What was read stays when reading anew fails. */
export function useLoad<T>(read: () => Promise<T>, isEmpty: (data: T) => boolean = () => false) {
  const data = shallowRef<T | null>(null)
  const failure = shallowRef<unknown>(null)
  const busy = ref(false)
  let latest = 0

  async function load(): Promise<void> {
    const mine = ++latest
    busy.value = true
    try {
      const found = await read()
      if (mine !== latest) return
      data.value = found
      failure.value = null
    } catch (error) {
      if (mine === latest) failure.value = error
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
