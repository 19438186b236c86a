import { day, time } from '@/format/dates'
import type { ChosenFile } from '@/platform'
import type { Slice } from '@/state/list'

import { api, upload } from './client'
import type { components } from './schema'

type NoticeOut = components['schemas']['NoticeOut']
export type NoticeAudience = components['schemas']['NoticeAudience']

export interface Attachment {
  id: number
  name: string
}

/** A notice as those see it who write it. */
export interface OfficeNotice {
  id: number
  organizationId: number
  organization: string
  title: string
  body: string
  audience: NoticeAudience
  status: components['schemas']['NoticeStatus']
  tag: { words: string; tone: string }
  version: number
  /** Who wrote it, and since when it is published. */
  words: string
  reminded: string
  files: Attachment[]
}

export interface NoticeWords {
  title: string
  body: string
  audience: NoticeAudience
}

const TAGS: Record<OfficeNotice['status'], OfficeNotice['tag']> = {
  draft: { words: '草稿', tone: 'warn' },
  published: { words: '已发布', tone: 'ok' },
  withdrawn: { words: '已撤回', tone: '' },
}

/** Read what an organization wrote, the newest first. */
export async function listOfficeNotices(organizationId: number, cursor?: string): Promise<Slice<OfficeNotice>> {
  const path = { organization_id: organizationId }
  const { items, next_cursor } = await api.get('/organizations/{organization_id}/notices', { path, query: { cursor } })
  return { items: items.map(toOfficeNotice), next: next_cursor ?? null }
}

export async function readOfficeNotice(id: number): Promise<OfficeNotice> {
  return toOfficeNotice(await api.get('/notices/{notice_id}', { path: { notice_id: id } }))
}

export async function writeNotice(organizationId: number, body: NoticeWords): Promise<OfficeNotice> {
  return toOfficeNotice(
    await api.post('/organizations/{organization_id}/notices', { path: { organization_id: organizationId }, body }),
  )
}

export async function changeNotice({ id, version }: OfficeNotice, words: NoticeWords): Promise<OfficeNotice> {
  return toOfficeNotice(
    await api.patch('/notices/{notice_id}', { path: { notice_id: id }, body: { ...words, version } }),
  )
}

export async function publishNotice(id: number): Promise<void> {
  await api.post('/notices/{notice_id}/publish', { path: { notice_id: id } })
}

export async function withdrawNotice(id: number, reason: string): Promise<void> {
  await api.post('/notices/{notice_id}/withdraw', { path: { notice_id: id }, body: { reason } })
}

/** Attach one file to a draft; the same file sent twice is one. */
export async function attachFile(id: number, { path: file, name }: ChosenFile): Promise<Attachment> {
  const sent = (await upload({
    path: `/notices/${id}/files`,
    field: 'file',
    file,
    words: { filename: name },
  })) as Attachment
  return { id: sent.id, name: sent.name }
}

export async function detachFile(id: number, fileId: number): Promise<void> {
  await api.delete('/notices/{notice_id}/files/{file_id}', { path: { notice_id: id, file_id: fileId } })
}

export interface Reading {
  people: number
  read: number
  unread: Slice<{ id: number; name: string; place: string }>
}

/** Read how far a notice has come, and who has not read it. */
export async function readReading(id: number): Promise<Reading> {
  const path = { notice_id: id }
  const [{ people, read }, unread] = await Promise.all([
    api.get('/notices/{notice_id}/reading', { path }),
    api.get('/notices/{notice_id}/readers', { path, query: { has_read: false, limit: 100 } }),
  ])
  const items = unread.items.map(({ member_id, name, organization_title }) => ({
    id: member_id,
    name,
    place: organization_title,
  }))
  return { people, read, unread: { items, next: unread.next_cursor ?? null } }
}

/** Have those reminded who have not read it; resolves to how many they are. */
export async function remindUnread(id: number): Promise<number> {
  return (await api.post('/notices/{notice_id}/remind', { path: { notice_id: id } })).waiting
}

/** Note that a member was told of it in person or by telephone. */
export async function noteNoticeTold(id: number, memberId: number): Promise<void> {
  await api.post('/notices/{notice_id}/readers/{member_id}/told', { path: { notice_id: id, member_id: memberId } })
}

function toOfficeNotice(dto: NoticeOut): OfficeNotice {
  const published = dto.published_at ? `${day(dto.published_at)} ${time(dto.published_at)}发布` : '还没有发布'
  return {
    id: dto.id,
    organizationId: dto.organization_id,
    organization: dto.organization_title,
    title: dto.title,
    body: dto.body,
    audience: dto.audience,
    status: dto.status,
    tag: TAGS[dto.status],
    version: dto.version,
    words: [dto.written_by, published, dto.withdrawn_reason && `撤回原因：${dto.withdrawn_reason}`]
      .filter(Boolean)
      .join('，'),
    reminded: dto.reminded_at ? `${day(dto.reminded_at)} ${time(dto.reminded_at)}提醒过` : '',
    files: dto.files.map(({ id, name }) => ({ id, name })),
  }
}
