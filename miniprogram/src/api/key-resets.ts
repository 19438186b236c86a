import { day, time } from '@/format/dates'

import { api } from './client'
import type { ActivationCode } from './members'
import type { components } from './schema'

type KeyResetOut = components['schemas']['KeyResetOut']

/** A reset of an officer's account: proposed by one person, confirmed by another. */
export interface KeyReset {
  id: number
  title: string
  waits: boolean
  facts: { name: string; words: string }[]
  mayConfirm: boolean
  mayStop: boolean
}

export interface KeyResets {
  name: string
  workNumber: string
  needsTwo: boolean
  mayPropose: boolean
  waiting: KeyReset | null
  earlier: KeyReset[]
}

const TITLES: Record<KeyResetOut['status'], string> = {
  waiting: '等待另一人确认',
  confirmed: '已重置',
  stopped: '已撤回',
  expired: '逾期未确认',
}

/** Read what is proposed for a member's account, and what was done before. */
export async function readKeyResets(memberId: number): Promise<KeyResets> {
  const dto = await api.get('/members/{member_id}/key-resets', { path: { member_id: memberId } })
  const resets = dto.items.map(toKeyReset)
  return {
    name: dto.member_name,
    workNumber: dto.work_number,
    needsTwo: dto.needs_two,
    mayPropose: dto.may_propose,
    waiting: resets.find(({ waits }) => waits) ?? null,
    earlier: resets.filter(({ waits }) => !waits),
  }
}

export function toKeyReset(dto: KeyResetOut): KeyReset {
  const facts: [string, string | null][] = [
    ['办理', dto.phone ? `手机号改为 ${dto.phone}` : '解除微信绑定，发新激活码'],
    ['原因', dto.reason],
    ['提出', by(dto.proposed_by, dto.proposed_at)],
    ['确认', by(dto.confirmed_by, dto.confirmed_at)],
    ['撤回', by(dto.stopped_by, dto.stopped_at)],
    ['有效至', dto.status === 'waiting' ? `${day(dto.expires_at)} ${time(dto.expires_at)}` : null],
  ]
  return {
    id: dto.id,
    title: TITLES[dto.status],
    waits: dto.status === 'waiting',
    facts: facts.flatMap(([name, words]) => (words ? [{ name, words }] : [])),
    mayConfirm: dto.may_confirm,
    mayStop: dto.may_stop,
  }
}

function by(name: string | null, at: string | null): string | null {
  return name && at ? `${name}，${day(at)} ${time(at)}` : null
}

/** Propose to unbind an officer and to give them a new code. */
export async function proposeReset(memberId: number, reason: string): Promise<void> {
  await api.post('/members/{member_id}/key-resets', { path: { member_id: memberId }, body: { reason } })
}

/** Confirm it as another person; returns the new code, told this once, unless a phone was changed. */
export async function confirmReset(id: number): Promise<ActivationCode | null> {
  const { code, code_expires_at: until } = await api.post('/key-resets/{key_reset_id}/confirmation', {
    path: { key_reset_id: id },
  })
  return code && until ? { code, until: day(until) } : null
}

/** Call it off, as its owner, as who proposed it or as who could confirm it. */
export async function stopReset(id: number): Promise<void> {
  await api.post('/key-resets/{key_reset_id}/stop', { path: { key_reset_id: id } })
}
