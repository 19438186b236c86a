import { day, time } from '@/format/dates'
import { platform } from '@/platform'
import type { Slice } from '@/state/list'

import { api } from './client'
import type { components } from './schema'

type MyNoticeOut = components['schemas']['MyNoticeOut']
type NoticeOut = components['schemas']['NoticeOut']

export interface NoticeLine {
  id: number
  title: string
  from: string
  files: number
  unread: boolean
}

export interface Notice {
  id: number
  title: string
  from: string
  /** 落款: who published it and when. */
  when: string
  body: string
  /** Why it was withdrawn, or empty. */
  withdrawn: string
  files: Attachment[]
}

export interface Attachment {
  id: number
  name: string
  size: string
  url: string
}

/** Read the newest notices to a member. */
export async function listNotices(memberId: number, limit: number): Promise<NoticeLine[]> {
  const { items } = await api.get('/members/{member_id}/notices', { path: { member_id: memberId }, query: { limit } })
  return items.map(toNoticeLine)
}

/** Read a part of a member's notices, the newest first. */
export async function readNotices(memberId: number, unreadOnly: boolean, cursor?: string): Promise<Slice<NoticeLine>> {
  const query = { unread_only: unreadOnly, cursor, limit: 20 }
  const page = await api.get('/members/{member_id}/notices', { path: { member_id: memberId }, query })
  return { items: page.items.map(toNoticeLine), next: page.next_cursor ?? null }
}

export async function readNotice(id: number): Promise<Notice> {
  return toNotice(await api.get('/notices/{notice_id}', { path: { notice_id: id } }))
}

/** Note that a member has read a notice; the first time counts. */
export async function noteRead(memberId: number, id: number): Promise<void> {
  await api.post('/members/{member_id}/notices/{notice_id}/read', { path: { member_id: memberId, notice_id: id } })
}

export function toNoticeLine({ notice, read_at }: MyNoticeOut): NoticeLine {
  const when = notice.published_at ? `，${day(notice.published_at)}` : ''
  return {
    id: notice.id,
    title: notice.title,
    from: notice.organization_title + when,
    files: notice.files.length,
    unread: read_at === null,
  }
}

export function toNotice(dto: NoticeOut): Notice {
  return {
    id: dto.id,
    title: dto.title,
    from: dto.organization_title,
    when: dto.published_at ? `${day(dto.published_at)} ${time(dto.published_at)}` : '',
    body: dto.body,
    withdrawn: dto.withdrawn_reason ?? '',
    files: dto.files.map((file) => ({
      id: file.id,
      name: file.name,
      size: sizeOf(file.bytes),
      url: platform.origin() + file.url,
    })),
  }
}

function sizeOf(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
