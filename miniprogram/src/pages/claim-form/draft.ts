import { reactive, watch } from 'vue'

import { newKey } from '@/api/client'
import { type ClaimContents, resubmitClaim, submitClaim } from '@/api/claims'
import { dayOf } from '@/format/dates'
import { forget, store, stored } from '@/state/stored'

export interface Draft extends ClaimContents {
  /** Under this key the claim counts once, also when it is sent again after the network failed. */
  key: string
  /** The claim that the server has, and the version of it that is being changed; null for a new one. */
  claimId: number | null
  version: number
  /** It was handed in and did not arrive: it goes off by itself once there is a network. */
  waiting: boolean
}

/** A claim of the server's that may be changed. */
interface Begun {
  id: number
  version: number
  contents: ClaimContents
}

export function emptyDraft(now: Date): Draft {
  const contents = { title: '', description: '', itemCode: '', level: '', quantity: '', occurredOn: dayOf(now), photoIds: [], people: 1, place: 1, participants: [] }
  return { ...contents, key: newKey(), claimId: null, version: 0, waiting: false }
}

function placeOf(memberId: number, claimId: number | null): string {
  return claimId === null ? `claim-draft-${memberId}` : `claim-draft-${memberId}-${claimId}`
}

/** A member's claim in the making. It stays on this phone until it was handed in. */
export function useDraft(memberId: number, now: Date) {
  const draft = reactive<Draft>({ ...emptyDraft(now), ...stored<Partial<Draft>>(placeOf(memberId, null), {}) })
  watch(draft, () => store(placeOf(memberId, draft.claimId), { ...draft }), { deep: true })

  /** Go on with a claim of the server's. What was changed of this version on this phone is still there. */
  function edit({ id, version, contents }: Begun): void {
    const kept = stored<Partial<Draft>>(placeOf(memberId, id), {})
    const asServed = { ...emptyDraft(now), ...contents, claimId: id, version }
    Object.assign(draft, asServed, { occurredOn: contents.occurredOn || dayOf(now) }, kept.version === version ? kept : {})
  }

  /** Begin anew with what another claim says; its photos stay with it. */
  function copy(contents: ClaimContents): void {
    Object.assign(draft, emptyDraft(now), contents, { photoIds: [] })
  }

  /** Hand it in; a new one begins anew. Throws ApiError; the draft is then kept, with its key only if it may have arrived. */
  async function submit(): Promise<void> {
    const place = placeOf(memberId, draft.claimId)
    try {
      await send(memberId, draft)
      if (draft.claimId === null) Object.assign(draft, emptyDraft(now))
      await Promise.resolve()
      forget(place)
    } catch (error) {
      draft.waiting = Boolean((error as { temporary?: boolean }).temporary)
      if (!draft.waiting) draft.key = newKey()
      throw error
    }
  }

  return { draft, edit, copy, submit }
}

function send(memberId: number, draft: Draft): Promise<void> {
  if (draft.claimId === null) return submitClaim(memberId, draft, draft.key)
  return resubmitClaim(draft.claimId, draft.version, draft, draft.key)
}

/** The new claim that this phone keeps for a member, if there is anything in it. */
export function keptDraft(memberId: number): Draft | null {
  const kept = stored<Draft | null>(placeOf(memberId, null), null)
  return kept && (kept.title || kept.description || kept.itemCode || kept.photoIds?.length) ? kept : null
}

export function forgetDraft(memberId: number): void {
  forget(placeOf(memberId, null))
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
