import { day } from '@/format/dates'
import type { Slice } from '@/state/list'

import { api } from './client'
import type { components } from './schema'

type ClaimLineOut = components['schemas']['ClaimLineOut']
export type ClaimStatus = components['schemas']['ClaimStatus']

export interface ClaimLine {
  id: number
  title: string
  item: string
  when: string
  status: ClaimStatus
  statusTitle: string
  points: string
}

/** Read a member's claims, newest first. */
export async function listClaims(memberId: number, status?: ClaimStatus): Promise<ClaimLine[]> {
  const { items } = await api.get('/members/{member_id}/claims', {
    path: { member_id: memberId },
    query: { status, limit: 50 },
  })
  return items.map(toClaimLine)
}

/** Read a part of a member's claims, newest first; a draft he threw away is not among them. */
export async function readClaims(memberId: number, status?: ClaimStatus, cursor?: string): Promise<Slice<ClaimLine>> {
  const query = { status, cursor, limit: 20 }
  const page = await api.get('/members/{member_id}/claims', { path: { member_id: memberId }, query })
  const kept = page.items.filter((claim) => claim.status !== 'withdrawn' || claim.submitted_at !== null)
  return { items: kept.map(toClaimLine), next: page.next_cursor ?? null }
}

export function toClaimLine(dto: ClaimLineOut): ClaimLine {
  return {
    id: dto.id,
    title: dto.title || dto.item_title || '未写标题',
    item: dto.item_title ?? '',
    when: dto.occurred_on ? day(dto.occurred_on) : '',
    status: dto.status,
    statusTitle: dto.status_title,
    points: dto.approved_points ?? dto.proposed_points ?? '',
  }
}

export interface ClaimableItem {
  code: string
  title: string
  /** What one gets for it and what is needed to show for it. */
  rule: string
  room: string
  full: boolean
  unit: string
  /** Whether a figure is asked for, such as hours. */
  counted: boolean
  levels: { code: string; title: string; points: string }[]
}

export interface ClaimContents {
  title: string
  description: string
  itemCode: string
  level: string
  quantity: string
  occurredOn: string
  photoIds: number[]
  /** Of a joint work: how many took part, the claimant's place among them, and the others who are paid. */
  people: number
  place: number
  participants: Participant[]
}

export interface Participant {
  memberId: number
  name: string
  place: number
}

/** Read what a member may claim for a year, and what each item still takes. */
export async function listClaimableItems(memberId: number, year: number): Promise<ClaimableItem[]> {
  const { items } = await api.get('/members/{member_id}/claimable-items', {
    path: { member_id: memberId },
    query: { year },
  })
  return items.map(toClaimableItem)
}

/** Hand in a claim; `key` stays the same until it is known to have arrived. */
export async function submitClaim(memberId: number, contents: ClaimContents, key: string): Promise<void> {
  await api.post('/members/{member_id}/claims', { path: { member_id: memberId }, body: bodyOf(contents), key })
}

/** Hand in a claim for another member, and why he does not do so himself. */
export async function submitClaimFor(
  memberId: number,
  contents: ClaimContents,
  reason: string,
  key: string,
): Promise<void> {
  await api.post('/members/{member_id}/claims-on-behalf', {
    path: { member_id: memberId },
    body: { ...bodyOf(contents), reason },
    key,
  })
}

/** Hand in a draft that the server has, or a returned claim once more, as it reads now. */
export async function resubmitClaim(id: number, version: number, contents: ClaimContents, key: string): Promise<void> {
  await api.put('/claims/{claim_id}', { path: { claim_id: id }, body: { ...bodyOf(contents), version }, key })
}

function bodyOf(contents: ClaimContents) {
  return {
    title: contents.title,
    description: contents.description,
    item_code: contents.itemCode,
    level: contents.level || null,
    quantity: contents.quantity || null,
    occurred_on: contents.occurredOn,
    photo_ids: contents.photoIds,
    people: contents.people,
    place: contents.place,
    participants: contents.participants.map(({ memberId, place }) => ({ member_id: memberId, place })),
    submit: true,
  }
}

/** Take a claim back before it is decided, or throw a draft away. */
export async function withdrawClaim(id: number, version: number): Promise<void> {
  await api.post('/claims/{claim_id}/withdraw', { path: { claim_id: id }, body: { version } })
}

/** Read with whom a member can have worked on a day: those of his branch. */
export async function listFellows(memberId: number, on: string): Promise<{ memberId: number; name: string }[]> {
  const { items } = await api.get('/members/{member_id}/fellows', { path: { member_id: memberId }, query: { on } })
  return items.map((each) => ({ memberId: each.member_id, name: each.name }))
}

function toClaimableItem(dto: components['schemas']['ClaimableItemOut']): ClaimableItem {
  const worth = dto.levels.length ? '' : `每${dto.unit} ${dto.points}`
  return {
    code: dto.code,
    title: dto.title,
    rule: [worth, dto.evidence_note].filter(Boolean).join('，'),
    room: dto.room,
    full: Number(dto.room) <= 0,
    unit: dto.unit,
    counted: dto.method === 'measured' || (dto.method === 'earn' && dto.unit !== '次'),
    levels: dto.levels,
  }
}
