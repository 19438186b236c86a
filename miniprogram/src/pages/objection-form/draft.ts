import { reactive, watch } from 'vue'

import type { ObjectionDraft, SubjectKind } from '@/api/objections'
import { forget, store, stored } from '@/state/stored'

const SHORTEST = 2

function emptyDraft(): ObjectionDraft {
  return { words: '', wish: '', lateReason: '', via: 'oral', intake: '' }
}

/** An objection in the making. From `begin` on it stays on this phone until it was handed in. */
export function useDraft() {
  const draft = reactive(emptyDraft())
  let place = ''
  watch(draft, () => place && store(place, { ...draft }), { deep: true })

  /** Go on with what this person wrote about a member's matter. */
  function begin(writerId: number, memberId: number, kind: SubjectKind, id: number): void {
    place = `objection-draft-${writerId}-for-${memberId}-${kind}-${id}`
    Object.assign(draft, emptyDraft(), stored<Partial<ObjectionDraft>>(place, {}))
  }

  async function end(): Promise<void> {
    const keptAt = place
    place = ''
    Object.assign(draft, emptyDraft())
    await Promise.resolve()
    forget(keptAt)
  }

  return { draft, begin, end }
}

/** What is still missing, in the order of the page; empty when it can be handed in. */
export function problemsOf(draft: ObjectionDraft, own: boolean, needsReason: boolean): Record<string, string> {
  const problems: Record<string, string> = {}
  if (!own && draft.intake.trim().length < SHORTEST) problems.intake = '请写明本人何时、怎样提出的'
  if (draft.words.trim().length < SHORTEST) problems.words = '请写明对什么有异议、为什么'
  if (draft.wish.trim().length === 1) problems.wish = '诉求写得太短了'
  if (needsReason && draft.lateReason.trim().length < SHORTEST) problems.late = '已过异议期，请写明逾期的原因'
  return problems
}
