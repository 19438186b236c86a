import { computed, ref } from 'vue'

import * as ErrorCode from '@/api/error-codes'
import { ApiError } from '@/api/errors'
import {
  decide as send,
  type Decided,
  type Decision,
  listWaiting,
  openReview,
  type Review,
  revoke,
} from '@/api/reviews'
import { nearDay, time } from '@/format/dates'
import { useLoad } from '@/state/load'

/** What became of the claim before this one; `undo` is there where it can be taken back. */
export interface Told {
  words: string
  undo?: Decided
}

const OVER = new Set<string>([
  ErrorCode.already_decided,
  ErrorCode.wrong_status,
  ErrorCode.not_found,
  ErrorCode.own_claim,
  ErrorCode.own_entry,
  ErrorCode.other_reviewer,
])
const CHANGED = new Set<string>([ErrorCode.stale_version, ErrorCode.not_opened])
const DONE = { approve: '已通过', return: '已退回', reject: '不予认定' }

/** The claims that wait for this reviewer, one after another; the next follows at once. */
export function useReviewQueue(organizationId: () => number) {
  const ids = ref<number[]>([])
  const at = ref(0)
  const skipped = ref(0)
  const told = ref<Told | null>(null)
  const page = useLoad(next, (found) => found === 'done')
  const review = computed(() => (page.data.value === 'done' ? null : page.data.value))

  /** Open the claim whose turn it is; those that were decided or taken back meanwhile are passed over, and told of. */
  async function next(): Promise<Review | 'done'> {
    if (at.value >= ids.value.length && !(await readMore())) return 'done'
    try {
      return await openReview(ids.value[at.value] ?? 0)
    } catch (error) {
      if (!isOver(error)) throw error
      const before = told.value
      told.value = { ...before, words: [before?.words, overWords(error)].filter(Boolean).join('；') }
      at.value += 1
      return next()
    }
  }

  /** Add what has come in meanwhile; whether there is anything. What was skipped does not come again by itself. */
  async function readMore(): Promise<boolean> {
    const known = new Set(ids.value)
    const fresh = (await listWaiting(organizationId())).filter((id) => !known.has(id))
    ids.value = [...ids.value, ...fresh]
    return fresh.length > 0
  }

  async function advance(): Promise<void> {
    at.value += 1
    await anew()
  }

  /** Read without showing what was shown: it is decided. */
  async function anew(): Promise<void> {
    page.data.value = null
    await page.load()
  }

  /** Decide the claim shown and go on. Throws ApiError where it still waits and the reviewer has to act. */
  async function decide(decision: Decision): Promise<void> {
    const shown = review.value
    if (!shown) return
    const words = `${shown.member}“${shown.title}”`
    try {
      const decided = await send(shown, decision)
      const points = decision.how === 'approve' ? ` ${decision.points ?? shown.points} 分` : ''
      told.value = {
        words: `${DONE[decision.how]}：${words}${points}`,
        undo: decision.how === 'approve' ? decided : undefined,
      }
      await advance()
    } catch (error) {
      await afterRefusal(error, words)
    }
  }

  async function afterRefusal(error: unknown, words: string): Promise<void> {
    if (isOver(error)) {
      told.value = { words: `${words}：${overWords(error)}` }
      await advance()
    } else if (error instanceof ApiError && CHANGED.has(error.code)) {
      told.value = { words: `${words}刚刚有改动，请再看一遍` }
      await anew()
    } else throw error
  }

  async function skip(): Promise<void> {
    skipped.value += 1
    told.value = null
    await advance()
  }

  /** Look at those again that were skipped. */
  async function again(): Promise<void> {
    told.value = null
    ids.value = []
    at.value = skipped.value = 0
    await anew()
  }

  /** Take the last approval back and have it before one again. Throws ApiError. */
  async function undo(reason: string): Promise<void> {
    const decided = told.value?.undo
    if (!decided) return
    await revoke(decided, reason)
    told.value = null
    at.value = ids.value.indexOf(decided.id)
    await anew()
  }

  const progress = computed(() => ({ position: at.value + 1, total: ids.value.length }))
  return { ...page, review, told, skipped, progress, decide, skip, again, undo }
}

function isOver(error: unknown): error is ApiError {
  return error instanceof ApiError && OVER.has(error.code)
}

/** Who decided it and when, or why it is no longer his to decide. */
function overWords({ code, message, detail }: ApiError): string {
  if (code === ErrorCode.not_found) return '这条申报已不在待审之列'
  return typeof detail.at === 'string' ? `${message}，${nearDay(detail.at)} ${time(detail.at)}` : message
}
