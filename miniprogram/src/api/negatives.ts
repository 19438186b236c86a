import { day, time } from '@/format/dates'

import { api } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
type DecisionOut = Schemas['NegativeDecisionOut']
export type NegativeChange = 'suspension' | 'resumption' | 'revocation'

/** A decision of the negative list; `unseen` until it is confirmed: another person types 文号 and day from the paper. */
export interface Negative {
  id: number
  title: string
  status: string
  facts: { name: string; words: string }[]
  reason: string
  recorded: boolean
  mine: boolean
  /** What may be proposed now. */
  changes: { change: NegativeChange; title: string }[]
  proposed: { id: number; title: string; words: string; reason: string; mine: boolean } | null
}

const STATUSES: Record<DecisionOut['status'], string> = {
  recorded: '未生效，待另一人核对',
  in_force: '已生效',
  suspended: '已中止',
  revoked: '已撤销',
}
const ACTIONS: Record<Schemas['NegativeAction'], string> = {
  confirm: '确认',
  suspend: '中止执行',
  resume: '恢复执行',
  revoke: '撤销',
}
const CHANGES: Record<DecisionOut['status'], readonly NegativeChange[]> = {
  recorded: [],
  in_force: ['suspension', 'revocation'],
  suspended: ['resumption', 'revocation'],
  revoked: [],
}
export const CHANGE_TITLES: Record<NegativeChange, string> = {
  suspension: '中止执行',
  resumption: '恢复执行',
  revocation: '撤销',
}

/** Read the decisions about a member, the latest first; the server notes that they were looked at. */
export async function listNegatives(memberId: number): Promise<Negative[]> {
  const { items } = await api.get('/members/{member_id}/negative-decisions', { path: { member_id: memberId } })
  return items.map(toNegative)
}

export function toNegative(dto: DecisionOut): Negative {
  const facts: [string, string | null][] = [
    ['年度', `${dto.year} 年度`],
    ['文号', dto.document_number ?? '由核对人照原件填写'],
    ['决定日期', dto.decided_on ? day(dto.decided_on) : '由核对人照原件填写'],
    ['依据', dto.clause],
    ['录入', [dto.name, `${day(dto.entered_at)} ${time(dto.entered_at)}`].filter(Boolean).join('，')],
    ['生效', dto.confirmed_at && `${day(dto.confirmed_at)} ${time(dto.confirmed_at)}`],
    ['最近变更', dto.changed_at && `${day(dto.changed_at)}，${dto.change_reason}`],
  ]
  return {
    id: dto.id,
    title: dto.category_title,
    status: STATUSES[dto.status],
    facts: facts.flatMap(([name, words]) => (words ? [{ name, words }] : [])),
    reason: dto.reason,
    recorded: dto.status === 'recorded',
    mine: dto.mine,
    changes: dto.proposed ? [] : CHANGES[dto.status].map((change) => ({ change, title: CHANGE_TITLES[change] })),
    proposed: dto.proposed && {
      id: dto.proposed.id,
      title: ACTIONS[dto.proposed.action],
      words: `${dto.proposed.name}，${day(dto.proposed.proposed_at)} ${time(dto.proposed.proposed_at)} 提出${ACTIONS[dto.proposed.action]}`,
      reason: dto.proposed.reason,
      mine: dto.proposed.mine,
    },
  }
}

/** Enter a decision; it has no effect before another person confirms it. */
export async function recordNegative(memberId: number, decision: Schemas['NegativeDecisionIn']): Promise<void> {
  await api.post('/members/{member_id}/negative-decisions', { path: { member_id: memberId }, body: decision })
}

/** Confirm it with what one's own paper says. */
export async function confirmNegative(id: number, documentNumber: string, decidedOn: string): Promise<void> {
  const body = { document_number: documentNumber, decided_on: decidedOn }
  await api.post('/negative-decisions/{negative_decision_id}/confirmation', {
    path: { negative_decision_id: id },
    body,
  })
}

/** Propose a change, which another confirms; what was not confirmed yet is withdrawn at once. */
export async function proposeChange(id: number, change: NegativeChange, reason: string): Promise<void> {
  await api.post(`/negative-decisions/{negative_decision_id}/${change}`, {
    path: { negative_decision_id: id },
    body: { reason },
  })
}

/** Confirm, or take back, the very change that was seen as proposed. */
export async function endProposal(id: number, changeId: number, confirmed: boolean): Promise<void> {
  const path = { negative_decision_id: id }
  const body = { change_id: changeId }
  if (confirmed) await api.post('/negative-decisions/{negative_decision_id}/change-confirmation', { path, body })
  else await api.post('/negative-decisions/{negative_decision_id}/change-withdrawal', { path, body })
}
