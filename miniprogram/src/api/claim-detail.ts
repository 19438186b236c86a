import { day, time, weekday } from '@/format/dates'
import { signed } from '@/format/points'

import { type ClaimContents, type ClaimStatus, toClaimLine } from './claims'
import { api } from './client'
import { type Photo, toPhoto } from './photos'
import type { components } from './schema'

type ClaimOut = components['schemas']['ClaimOut']
type EventOut = components['schemas']['EventOut']

/** A claim with all that happened to it, as its member reads it. */
export interface Claim {
  id: number
  version: number
  status: ClaimStatus
  statusTitle: string
  title: string
  itemCode: string
  /** His own part: with a sign once it was given, bare while it is only asked for, empty for a draft. */
  points: string
  /** What became of it and what that means for the score. */
  outcome: string
  facts: { name: string; text: string }[]
  photos: Photo[]
  steps: Step[]
  /** Whether the reader is who claims, not one who shares in the work. */
  mine: boolean
  /** Decided, and not for all that was asked: it can be objected to. */
  lessThanAsked: boolean
  memberId: number
  /** Whether another entered it for the member. */
  onBehalf: boolean
  contents: ClaimContents
}

export interface Step {
  title: string
  when: string
  who: string
  said?: string
}

export async function readClaim(id: number, readerId: number): Promise<Claim> {
  return toClaim(await api.get('/claims/{claim_id}', { path: { claim_id: id } }), readerId)
}

export function toClaim(dto: ClaimOut, readerId: number): Claim {
  const line = toClaimLine(dto)
  const own = dto.participants.find(({ member_id }) => member_id === readerId)?.points ?? ''
  return {
    id: dto.id,
    version: dto.version,
    status: dto.status,
    statusTitle: dto.status_title,
    title: line.title,
    itemCode: dto.item_code ?? '',
    points: dto.status === 'approved' && own ? signed(own) : own,
    outcome: outcomeOf(dto),
    facts: factsOf(dto),
    photos: dto.photos.flatMap((photo) => toPhoto(photo) ?? []),
    steps: stepsOf(dto),
    mine: dto.member_id === readerId,
    lessThanAsked:
      dto.status === 'rejected' || (dto.status === 'approved' && dto.approved_points !== dto.proposed_points),
    memberId: dto.member_id,
    onBehalf: dto.on_behalf,
    contents: contentsOf(dto),
  }
}

function outcomeOf(dto: ClaimOut): string {
  const year = dto.occurred_on?.slice(0, 4) ?? ''
  switch (dto.status) {
    case 'draft':
      return '还没有提交，只有您看得到。'
    case 'submitted':
      return `等待支部审核，通过后计入 ${year} 年积分。`
    case 'returned':
      return '请按下面的意见补充后再次提交，已填的内容和照片都在。'
    case 'approved':
      return `已计入 ${year} 年积分，${day(dto.decided_at ?? '')}记账。`
    case 'rejected':
      return '这一次没有计分，理由写在下面。如有疑问，请联系审核人。'
    default:
      return '您已撤回，不再审核，也不计分。'
  }
}

function factsOf(dto: ClaimOut): Claim['facts'] {
  const facts = [
    { name: '申报项目', text: dto.title ? dto.item_title : '' },
    { name: '级别', text: dto.level_title },
    { name: '数量', text: dto.quantity === '1' ? '' : dto.quantity },
    { name: '发生日期', text: dto.occurred_on && `${day(dto.occurred_on)}（${weekday(dto.occurred_on)}）` },
    { name: '内容', text: dto.description },
    { name: '合作', text: togetherWith(dto) },
    { name: '代为填报', text: dto.on_behalf_reason && `${dto.entered_by}，${dto.on_behalf_reason}` },
    { name: '依据', text: dto.clause && `${dto.clause.split('：')[0]}，标准 ${dto.item_code}` },
  ]
  return facts.flatMap(({ name, text }) => (text ? [{ name, text }] : []))
}

/** Who shares in a joint work, in the order of names; empty for one's own. */
export function togetherWith(dto: ClaimOut): string {
  if (dto.people === 1) return ''
  const parts = [...dto.participants].sort((one, other) => one.place - other.place)
  const named = parts.map(({ name, place, points }) => `第 ${place} 位 ${name}${points ? ` ${points}` : ''}`)
  return `共 ${dto.people} 人：${named.join('，')}`
}

const TITLES: Partial<Record<EventOut['kind'], string>> = {
  submitted: '提交申报',
  resubmitted: '再次提交',
  returned: '退回',
  approved: '通过',
  rejected: '未通过',
  withdrawn: '撤回',
  reopened: '重新审核',
}
const SAID = { note: '核实记录', opinion: '群众代表意见' }

/** The steps that matter to the member, in order; that it was written or looked at is no step of its own. */
function stepsOf(dto: ClaimOut): Step[] {
  const events = dto.timeline.flatMap((event) => {
    const title = TITLES[event.kind]
    return title ? [{ at: event.at, title, who: whoOf(event), said: event.words ?? undefined }] : []
  })
  const opinions = dto.opinions.map(({ kind, at, author, words }) => ({
    at,
    title: SAID[kind],
    who: author,
    said: words,
  }))
  const inOrder = [...events, ...opinions].sort((one, other) => Date.parse(one.at) - Date.parse(other.at))
  return inOrder.map(({ at, ...step }) => ({ ...step, when: `${day(at)} ${time(at)}` }))
}

function whoOf({ kind, actor, points_before: before, points_after: after }: EventOut): string {
  if (kind !== 'approved' || after === null) return actor
  return before !== null && before !== after
    ? `${actor}，申报 ${before}，认定 ${after} 分`
    : `${actor}，认定 ${after} 分`
}

function contentsOf(dto: ClaimOut): ClaimContents {
  const [claimant, ...others] = dto.participants
  return {
    title: dto.title,
    description: dto.description,
    itemCode: dto.item_code ?? '',
    level: dto.level ?? '',
    quantity: dto.quantity ?? '',
    occurredOn: dto.occurred_on ?? '',
    photoIds: dto.photos.map(({ id }) => id),
    people: dto.people,
    place: claimant?.place ?? 1,
    participants: others.map(({ member_id, name, place }) => ({ memberId: member_id, name, place })),
  }
}
