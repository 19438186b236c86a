import { onReachBottom } from '@dcloudio/uni-app'
import { computed, ref } from 'vue'

import type { Portion } from '@/api/portion'

import { useLoad } from './load'
import { toastError } from './say'

/** A long list, read part by part: `load` begins anew, `more` goes on, also when its end is scrolled into sight. */
export function usePaged<T>(read: (cursor?: string) => Promise<Portion<T>>) {
  const { data, failure, state, stale, load } = useLoad(() => read(), ({ items }) => items.length === 0)
  const busy = ref(false)
  const items = computed(() => data.value?.items ?? [])
  const ended = computed(() => !data.value?.next)

  async function more(): Promise<void> {
    const shown = data.value
    if (!shown?.next || busy.value) return
    busy.value = true
    try {
      const following = await read(shown.next)
      // Begun anew meanwhile: what came belongs to a list that is no longer shown.
      if (data.value === shown) data.value = { items: [...shown.items, ...following.items], next: following.next }
    } catch (error) {
      toastError(error)
    } finally {
      busy.value = false
    }
  }

  onReachBottom(more)

  return { data, items, ended, busy, failure, state, stale, load, more }
}
