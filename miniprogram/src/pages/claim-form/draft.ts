import { reactive, watch } from 'vue'

import { newKey } from '@/api/client'
import { ApiError } from '@/api/errors'
import { type ClaimContents, resubmitClaim, submitClaim, submitClaimFor } from '@/api/claims'
import { dayOf } from '@/format/dates'
import { forget, store, stored } from '@/state/stored'

const SHORTEST_REASON = 2

export interface Draft extends ClaimContents {
  /** Under this key the claim counts once, also when it is sent again after the network failed. */
  key: string
  /** The claim that the server has, and the version of it that is being changed; null for a new one. */
  claimId: number | null
  version: number
  /** Why another enters it, where it is not the member himself. */
  reason: string
  /** It was handed in and did not arrive: it goes off by itself once there is a network. */
  waiting: boolean
}

/** What the form is opened with: the item, a claim to go on with, one to begin from, another member. */
export interface Asked {
  item?: string
  id?: string
  like?: string
  member?: string
  /** For which year, where it is not this one. */
  year?: string
}

/** A claim of the server's that may be changed. */
interface Begun {
  id: number
  version: number
  contents: ClaimContents
}

export function emptyDraft(now: Date): Draft {
  const contents = {
    title: '',
    description: '',
    itemCode: '',
    level: '',
    quantity: '',
    occurredOn: dayOf(now),
    photoIds: [],
    people: 1,
    place: 1,
    participants: [],
  }
  return { ...contents, key: newKey(), claimId: null, version: 0, reason: '', waiting: false }
}

function placeOf(memberId: number, writerId = memberId, claimId: number | null = null): string {
  const whose = writerId === memberId ? `${memberId}` : `${writerId}-for-${memberId}`
  return claimId === null ? `claim-draft-${whose}` : `claim-draft-${whose}-${claimId}`
}

/** A claim in the making. From `begin` on it stays on this phone until it was handed in. */
export function useDraft(now: Date) {
  const draft = reactive<Draft>(emptyDraft(now))
  let member = 0
  let writer = 0
  const place = (claimId: number | null) => placeOf(member, writer, claimId)
  watch(draft, () => member && store(place(draft.claimId), { ...draft }), { deep: true })

  /** Go on with the member's new claim, written by himself or by another for him. */
  function begin(memberId: number, writerId: number): void {
    member = memberId
    writer = writerId
    Object.assign(draft, stored<Partial<Draft>>(place(null), {}))
  }

  /** Go on with a claim of the server's. What was changed of this version on this phone is still there. */
  function edit({ id, version, contents }: Begun): void {
    const kept = stored<Partial<Draft>>(place(id), {})
    const asServed = { ...emptyDraft(now), ...contents, claimId: id, version }
    Object.assign(
      draft,
      asServed,
      { occurredOn: contents.occurredOn || dayOf(now) },
      kept.version === version ? kept : {},
    )
  }

  /** Begin anew with what another claim says; its photos stay with it. */
  function copy(contents: ClaimContents): void {
    Object.assign(draft, emptyDraft(now), contents, { photoIds: [] })
  }

  /** Hand it in; a new one begins anew. Throws ApiError; the draft is then kept, with its key only if it may have
   * arrived. */
  async function submit(): Promise<void> {
    const keptAt = place(draft.claimId)
    try {
      await send(member, draft, member === writer)
      if (draft.claimId === null) Object.assign(draft, emptyDraft(now))
      await Promise.resolve()
      forget(keptAt)
    } catch (error) {
      draft.waiting = error instanceof ApiError && error.temporary
      if (!draft.waiting) draft.key = newKey()
      throw error
    }
  }

  return { draft, begin, edit, copy, submit }
}

function send(memberId: number, draft: Draft, own: boolean): Promise<void> {
  if (draft.claimId !== null) return resubmitClaim(draft.claimId, draft.version, draft, draft.key)
  if (own) return submitClaim(memberId, draft, draft.key)
  return submitClaimFor(memberId, draft, draft.reason.trim(), draft.key)
}

/** The new claim that this phone keeps for a member, his own unless another writes it, if there is anything in it. */
export function keptDraft(memberId: number, writerId = memberId): Draft | null {
  const kept = stored<Draft | null>(placeOf(memberId, writerId), null)
  return kept && (kept.title || kept.description || kept.itemCode || kept.photoIds?.length) ? kept : null
}

export function forgetDraft(memberId: number): void {
  forget(placeOf(memberId))
}

/** What is still missing, in the order of the page; empty when it can be handed in. */
export function problemsOf(
  draft: Draft,
  levels: unknown[],
  counted: boolean,
  today: string,
  asksWhy = false,
): Record<string, string> {
  const problems: Record<string, string> = {}
  if (asksWhy && draft.reason.trim().length < SHORTEST_REASON) problems.reason = '请写明代为填报的原因'
  if (!draft.itemCode) problems.item = '请选择申报项目'
  else if (levels.length && !draft.level) problems.item = '请选择级别'
  if (counted && !(Number(draft.quantity) > 0)) problems.quantity = '请填写数量'
  if (draft.occurredOn > today) problems.day = '日期还没到，请选今天或以前的日期'
  if (!draft.title.trim()) problems.title = '请写一个名称'
  return problems
}
