import { reactive, watch } from 'vue'

import { newKey } from '@/api/client'
import { type ClaimContents, submitClaim } from '@/api/claims'
import { dayOf } from '@/format/dates'
import { forget, store, stored } from '@/state/stored'

export interface Draft extends ClaimContents {
  /** Under this key the claim counts once, also when it is sent again after the network failed. */
  key: string
}

export function emptyDraft(now: Date): Draft {
  return { title: '', description: '', itemCode: '', level: '', quantity: '', occurredOn: dayOf(now), photoIds: [], key: newKey() }
}

/** A member's claim in the making. It stays on this phone until it was handed in. */
export function useDraft(memberId: number, now: Date) {
  const place = `claim-draft-${memberId}`
  const draft = reactive<Draft>({ ...emptyDraft(now), ...stored<Partial<Draft>>(place, {}) })
  watch(draft, () => store(place, { ...draft }), { deep: true })

  /** Hand it in and begin anew. Throws ApiError; the draft is then kept, with its key only if it may have arrived. */
  async function submit() {
    try {
      const claim = await submitClaim(memberId, draft, draft.key)
      Object.assign(draft, emptyDraft(now))
      await Promise.resolve()
      forget(place)
      return claim
    } catch (error) {
      if (!(error as { temporary?: boolean }).temporary) draft.key = newKey()
      throw error
    }
  }

  return { draft, submit }
}

/** What is still missing, in the order of the page; empty when it can be handed in. */
export function problemsOf(draft: Draft, levels: unknown[], counted: boolean, today: string): Record<string, string> {
  const problems: Record<string, string> = {}
  if (!draft.itemCode) problems.item = '请选择申报项目'
  else if (levels.length && !draft.level) problems.item = '请选择级别'
  if (counted && !(Number(draft.quantity) > 0)) problems.quantity = '请填写数量'
  if (draft.occurredOn > today) problems.day = '日期还没到，请选今天或以前的日期'
  if (!draft.title.trim()) problems.title = '请写一个名称'
  return problems
}
