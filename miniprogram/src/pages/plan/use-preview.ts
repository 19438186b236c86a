import { ref, watch } from 'vue'

import { ApiError } from '@/api/errors'
import type { Preview } from '@/api/planning'

import { type Draft, fieldOf, type Problems, problemsOf } from './draft'

const AFTER_MS = 600

/** What a plan comes to, asked for shortly after each change; `look` gives null while it cannot be asked. Without
 * network the last preview stays. */
export function usePreview(draft: Draft, look: () => Promise<Preview> | null) {
  const preview = ref<Preview | null>(null)
  /** What the server does not take of it. */
  const refused = ref<Problems>({})
  let waiting: ReturnType<typeof setTimeout> | undefined
  let latest = 0

  function lookSoon(): void {
    clearTimeout(waiting)
    waiting = setTimeout(() => void lookNow(), AFTER_MS)
  }

  async function lookNow(): Promise<void> {
    const mine = ++latest
    const asked = problemsOf(draft).people ? null : look()
    if (!asked) return
    try {
      const found = await asked
      if (mine === latest) [preview.value, refused.value] = [found, {}]
    } catch (error) {
      if (mine === latest) refuse(error)
    }
  }

  /** Say below its field what the server does not take. */
  function refuse(error: unknown): void {
    const field = error instanceof ApiError ? fieldOf(error.code) : undefined
    if (field) refused.value = { [field]: (error as ApiError).message }
  }

  watch(draft, lookSoon, { deep: true })
  return { preview, refused, refuse, lookSoon }
}
