import { day } from '@/format/dates'
import type { Slice } from '@/state/list'

import { api } from './client'
import type { components } from './schema'

type UnreachedOut = components['schemas']['UnreachedOut']

export interface Unreached {
  id: number
  name: string
  /** What it was about and why it did not come. */
  words: string
  place: string
  /** Who told him, or that he has read it since; empty while nobody has. */
  settled: string
}

/** Read whom messages did not reach, the latest first; with `settled` also what is done. */
export async function listUnreached(
  organizationId: number,
  settled: boolean,
  cursor?: string,
): Promise<Slice<Unreached>> {
  const path = { organization_id: organizationId }
  const { items, next_cursor } = await api.get('/organizations/{organization_id}/unreached-pushes', {
    path,
    query: { with_settled: settled, cursor },
  })
  return { items: items.map(toUnreached), next: next_cursor ?? null }
}

/** Note that he was told, in person or by telephone. */
export async function noteTold(id: number): Promise<Unreached> {
  return toUnreached(await api.post('/unreached-pushes/{push_id}/told', { path: { push_id: id } }))
}

function toUnreached(dto: UnreachedOut): Unreached {
  return {
    id: dto.push_id,
    name: dto.name,
    words: `${day(dto.since)}，${dto.occasion_title}：${dto.reason}`,
    place: dto.organization_title,
    settled: dto.told_at
      ? `${day(dto.told_at)}${dto.told_by ?? ''}告知`
      : dto.read_at
        ? `${day(dto.read_at)}本人已读`
        : '',
  }
}
