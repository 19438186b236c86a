import { nearDay, time } from '@/format/dates'
import { serverNow } from '@/state/clock'
import type { Slice } from '@/state/list'

import { api } from './client'
import type { components } from './schema'

type MessageOut = components['schemas']['MessageOut']

/** A push as it stands in the inbox, whether or not it came over WeChat. */
export interface Message {
  id: number
  title: string
  lines: { label: string; text: string }[]
  when: string
  /** Whether it came over WeChat, too, or why not. */
  outcome: string
  unread: boolean
  /** The page a tap leads to. */
  url: string
}

export async function readInbox(unreadOnly: boolean, cursor?: string): Promise<Slice<Message>> {
  const query = { unread_only: unreadOnly, cursor, limit: 20 }
  const now = serverNow()
  const page = await api.get('/me/inbox', { query })
  return { items: page.items.map((dto) => toMessage(dto, now)), next: page.next_cursor ?? null }
}

export async function countUnread(): Promise<number> {
  return (await api.get('/me/inbox/unread', {})).unread
}

export async function markRead(id: number): Promise<void> {
  await api.post('/me/inbox/{push_id}/read', { path: { push_id: id } })
}

export async function markAllRead(): Promise<void> {
  await api.post('/me/inbox/read', {})
}

export function toMessage(dto: MessageOut, now: Date): Message {
  return {
    id: dto.id,
    title: dto.title,
    lines: dto.lines,
    when: `${nearDay(dto.at, now)} ${time(dto.at)}`,
    outcome: dto.outcome,
    unread: dto.read_at === null,
    url: `/${dto.page}`,
  }
}
