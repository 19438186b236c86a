import { day } from '@/format/dates'

import { api } from './client'
import type { components } from './schema'

type ClaimLineOut = components['schemas']['ClaimLineOut']
export type ClaimStatus = components['schemas']['ClaimStatus']

export interface ClaimLine {
  id: number
  title: string
  item: string
  when: string
  member: string
  status: ClaimStatus
  statusTitle: string
  points: string
}

/** Read a member's claims, newest first. */
export async function listClaims(memberId: number, status?: ClaimStatus): Promise<ClaimLine[]> {
  const { items } = await api.get('/members/{member_id}/claims', { path: { member_id: memberId }, query: { status, limit: 50 } })
  return items.map(toClaimLine)
}

/** Read what waits for this reviewer in an organization; `more` if there is more than `items`. */
export async function readReviewQueue(organizationId: number): Promise<{ items: ClaimLine[]; more: boolean }> {
  const page = await api.get('/organizations/{organization_id}/review-queue', { path: { organization_id: organizationId }, query: { limit: 50 } })
  return { items: page.items.map(toClaimLine), more: page.next_cursor !== null }
}

export function toClaimLine(dto: ClaimLineOut): ClaimLine {
  return {
    id: dto.id,
    title: dto.title || dto.item_title || '未写标题',
    item: dto.item_title ?? '',
    when: dto.occurred_on ? day(dto.occurred_on) : '',
    member: dto.member_name,
    status: dto.status,
    statusTitle: dto.status_title,
    points: dto.approved_points ?? dto.proposed_points ?? '',
  }
}
