import { day, time, weekday } from '@/format/dates'
import { signed } from '@/format/points'

import { togetherWith } from './claim-detail'
import { api } from './client'
import { type Photo, toPhoto } from './photos'
import type { components } from './schema'

type ReviewOut = components['schemas']['ReviewOut']
type ClaimOut = components['schemas']['ClaimOut']
type ClaimLineOut = components['schemas']['ClaimLineOut']
type CountedOut = components['schemas']['CountedOut']
type MatchOut = components['schemas']['MatchOut']
type OpinionOut = components['schemas']['OpinionOut']

/** A claim as its reviewer has it before him. */
export interface Review {
  id: number
  version: number
  title: string
  member: string
  submitted: string
  /** What the whole work asks for. */
  points: string
  facts: { name: string; text: string }[]
  description: string
  photos: Photo[]
  likenesses: Likeness[]
  /** What may have counted the same already, in words. */
  counted: string[]
  /** The same was counted beyond doubt: this one cannot be approved. */
  barred: boolean
  /** Attendance of that day counts: to approve, one says why this was something else. */
  doubtful: boolean
  line: { points: string; cap: string } | null
  /** That caps leave less than is asked for; empty where they do not. */
  short: string
  history: { id: number; when: string; title: string; outcome: string }[]
  notes: Note[]
}

/** That a photo of the claim is like another one. */
export interface Likeness {
  photoId: number
  otherPhotoId: number
  other: string
  words: string
}

export interface Note {
  id: number
  author: string
  when: string
  words: string
}

/** A claim that was just decided; `version` is what taking it back asks for. */
export interface Decided {
  id: number
  version: number
}

export interface Decision {
  how: 'approve' | 'return' | 'reject'
  /** Of an approval only: less than what was asked for, and why an attendance of that day was something else. */
  points?: string
  reason?: string
  distinctReason?: string
}

/** Read the ids of what waits for this reviewer in an organization, the oldest first. */
export async function listWaiting(organizationId: number): Promise<number[]> {
  const { items } = await api.get('/organizations/{organization_id}/review-queue', {
    path: { organization_id: organizationId },
    query: { limit: 100 },
  })
  return items.map(({ id }) => id)
}

/** Have a claim before one, which every decision on it asks for. */
export async function openReview(id: number): Promise<Review> {
  return toReview(await api.post('/claims/{claim_id}/open', { path: { claim_id: id } }))
}

/** Decide the version seen. */
export async function decide({ id, version }: Review, decision: Decision): Promise<Decided> {
  const path = { claim_id: id }
  const { how, points, reason = '', distinctReason } = decision
  const { claim } =
    how === 'approve'
      ? await api.post('/claims/{claim_id}/approve', {
          path,
          body: { version, points, reason: reason || undefined, distinct_reason: distinctReason },
        })
      : how === 'return'
        ? await api.post('/claims/{claim_id}/return', { path, body: { version, reason } })
        : await api.post('/claims/{claim_id}/reject', { path, body: { version, reason } })
  return { id: claim.id, version: claim.version }
}

/** Take an approval back: its points are reversed and it waits again. */
export async function revoke({ id, version }: Decided, reason: string): Promise<void> {
  await api.post('/claims/{claim_id}/revoke', { path: { claim_id: id }, body: { version, reason } })
}

/** Add to a claim under verification what a reviewer found out, or what a 群众代表 has to say. */
export async function addNote(kind: 'note' | 'opinion', claimId: number, words: string): Promise<Note> {
  const call = { path: { claim_id: claimId }, body: { words } }
  return toNote(
    kind === 'note'
      ? await api.post('/claims/{claim_id}/notes', call)
      : await api.post('/claims/{claim_id}/opinions', call),
  )
}

/** A claim as a 群众代表 sees it: what is said to have been done. */
export interface Verified {
  id: number
  title: string
  member: string
  about: string
  description: string
  notes: Note[]
}

/** Read the claims of an organization that are under verification. */
export async function listUnderVerification(organizationId: number): Promise<Verified[]> {
  const { items } = await api.get('/organizations/{organization_id}/claims-under-verification', {
    path: { organization_id: organizationId },
    query: { limit: 100 },
  })
  return items.map(({ id, title, member_name, item_title, occurred_on, description, opinions }) => ({
    id,
    title,
    member: member_name,
    about: [item_title, occurred_on && day(occurred_on)].filter(Boolean).join('，'),
    description,
    notes: opinions.map(toNote),
  }))
}

function toReview({ claim, photo_matches, already_counted, room, line, history }: ReviewOut): Review {
  const points = claim.proposed_points ?? '0.00'
  return {
    id: claim.id,
    version: claim.version,
    title: claim.title,
    member: claim.member_name,
    submitted: claim.submitted_at ? `${day(claim.submitted_at)} ${time(claim.submitted_at)} 提交` : '',
    points,
    facts: factsOf(claim),
    description: claim.description,
    photos: claim.photos.flatMap((photo) => toPhoto(photo) ?? []),
    likenesses: photo_matches.map((match) => toLikeness(match, claim)),
    counted: already_counted.map(countedWords),
    barred: already_counted.some(({ same }) => same),
    doubtful: already_counted.some(({ kind }) => kind === 'meeting'),
    line,
    short: room !== null && Number(room) < Number(points) ? shortWords(room) : '',
    history: history.map(toOutcome),
    notes: claim.opinions.map(toNote),
  }
}

function factsOf(claim: ClaimOut): Review['facts'] {
  const facts = [
    { name: '项目', text: claim.item_title && `${claim.item_title}（${claim.item_code}）` },
    { name: '级别', text: claim.level_title },
    { name: '数量', text: claim.quantity === '1' ? '' : claim.quantity },
    { name: '日期', text: claim.occurred_on && `${day(claim.occurred_on)}（${weekday(claim.occurred_on)}）` },
    { name: '合作', text: togetherWith(claim) },
    { name: '代填', text: claim.on_behalf_reason && `${claim.entered_by}：${claim.on_behalf_reason}` },
  ]
  return facts.flatMap(({ name, text }) => (text ? [{ name, text }] : []))
}

function toLikeness(match: MatchOut, claim: ClaimOut): Likeness {
  const number = claim.photos.findIndex(({ id }) => id === match.photo_id) + 1
  const whose = match.other_member_id === claim.member_id ? '本人' : match.other_member_name
  const other = `${whose} ${day(match.uploaded_at)}`
  const how = match.kind === 'exact' ? '相同' : '相似'
  return {
    photoId: match.photo_id,
    otherPhotoId: match.other_photo_id,
    other,
    words: `第 ${number} 张与${other}申报的照片${how}`,
  }
}

function countedWords({ kind, member_name, occurred_on, title, same }: CountedOut): string {
  if (kind === 'meeting') return `${member_name} ${day(occurred_on)}已由签到计分：${title}`
  const what = same ? '同一事项已通过另一条申报计分' : `${day(occurred_on)}还有一条同项目的申报`
  return `${member_name} ${what}：${title}`
}

function shortWords(room: string): string {
  return Number(room) > 0
    ? `到上限前还能计 ${room}，超出的部分记录在案、不计入总分`
    : '这一项已到上限，通过后记录在案、不计入总分'
}

function toOutcome(dto: ClaimLineOut): Review['history'][number] {
  const outcome = dto.status === 'approved' ? signed(dto.approved_points ?? '0.00') : dto.status_title
  return { id: dto.id, when: dto.occurred_on ? day(dto.occurred_on) : '', title: dto.title, outcome }
}

function toNote({ id, kind, author, at, words }: OpinionOut): Note {
  return { id, author: kind === 'opinion' ? `群众代表 ${author}` : author, when: `${day(at)} ${time(at)}`, words }
}
