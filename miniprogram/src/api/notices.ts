import { day } from '@/format/dates'

import { api } from './client'
import type { components } from './schema'

type MyNoticeOut = components['schemas']['MyNoticeOut']

export interface NoticeLine {
  id: number
  title: string
  from: string
  unread: boolean
}

/** Read the newest notices to a member. */
export async function listNotices(memberId: number, limit: number): Promise<NoticeLine[]> {
  const { items } = await api.get('/members/{member_id}/notices', { path: { member_id: memberId }, query: { limit } })
  return items.map(toNoticeLine)
}

export function toNoticeLine({ notice, read_at }: MyNoticeOut): NoticeLine {
  const when = notice.published_at ? `，${day(notice.published_at)}` : ''
  return { id: notice.id, title: notice.title, from: notice.organization_title + when, unread: read_at === null }
}
