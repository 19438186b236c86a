import { day, time } from '@/format/dates'
import { signed } from '@/format/points'

import { api } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
type SettlementOut = Schemas['SettlementOut']

/** What the meeting means for one person. `points` is empty where nothing is added or taken off. */
export interface SettlementRow {
  memberId: number
  name: string
  standing: string
  effects: { item: string; words: string; points: string; posted: boolean }[]
  costs: boolean
}

/** A list and what confirming it means: `absent` has to be repeated by who confirms, so that nothing changed
 * meanwhile. */
export interface Settlement {
  confirmed: boolean
  confirmedBy: string
  closed: boolean
  settled: boolean
  cancelled: boolean
  pending: boolean
  /** When presence is posted by itself. */
  settlesWhen: string
  absent: number[]
  /** Whose check-ins the host has to decide before the list can be confirmed. */
  held: string[]
  /** Who has a claim of the same day for the same item: it is not counted twice unless the officer says it is
   * another. */
  alreadyCounted: { memberId: number; name: string }[]
  rows: SettlementRow[]
}

export async function readSettlement(rosterId: number): Promise<Settlement> {
  return toSettlement(await api.get('/rosters/{roster_id}/settlement', { path: { roster_id: rosterId } }))
}

export async function confirmRoster(rosterId: number, absent: number[], countAnyway: number[]): Promise<void> {
  await api.post('/rosters/{roster_id}/confirm', {
    path: { roster_id: rosterId },
    body: { absent, count_anyway: countAnyway },
  })
}

export async function reopenRoster(rosterId: number, reason: string): Promise<void> {
  await api.post('/rosters/{roster_id}/reopen', { path: { roster_id: rosterId }, body: { reason } })
}

/** Those whom it costs points stand first. */
export function toSettlement(dto: SettlementOut): Settlement {
  const rows = dto.rows.map(toRow)
  const counted = new Set(dto.already_counted)
  return {
    confirmed: dto.status === 'confirmed',
    confirmedBy:
      dto.confirmed_by && dto.confirmed_at
        ? `${dto.confirmed_by}，${day(dto.confirmed_at)} ${time(dto.confirmed_at)}`
        : '',
    closed: dto.closed,
    settled: dto.meeting_status === 'settled',
    cancelled: dto.meeting_status === 'cancelled',
    pending: dto.pending,
    settlesWhen: `${day(dto.settles_at)} ${time(dto.settles_at)}`,
    absent: dto.absent,
    held: rows.filter(({ memberId }) => dto.held.includes(memberId)).map(({ name }) => name),
    alreadyCounted: rows
      .filter(({ memberId }) => counted.has(memberId))
      .map(({ memberId, name }) => ({ memberId, name })),
    rows: [...rows.filter(({ costs }) => costs), ...rows.filter(({ costs }) => !costs)],
  }
}

function toRow(dto: Schemas['SettlementRowOut']): SettlementRow {
  const effects = dto.effects.map(toEffect)
  return {
    memberId: dto.member_id,
    name: dto.name,
    standing: dto.standing_title,
    effects,
    costs: dto.effects.some(
      ({ points, reason }) => Number(points) < 0 || reason === 'missed' || reason === 'makeup_missed',
    ),
  }
}

function toEffect(dto: Schemas['EffectOut']): SettlementRow['effects'][number] {
  return {
    item: dto.item_title ?? dto.item_code,
    words: dto.words,
    points: dto.points === null ? shareOf(dto) : Number(dto.points) ? signed(dto.points) : '',
    posted: dto.posted,
  }
}

/** Items that go by the share attended have no points of their own. */
function shareOf({ owed, attended, made_up }: Schemas['EffectOut']): string {
  if (!owed) return ''
  return attended + made_up > 0 ? '计参加 1 次' : '计缺 1 次'
}
