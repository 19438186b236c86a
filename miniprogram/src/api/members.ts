import { day } from '@/format/dates'
import type { Slice } from '@/state/list'

import { api } from './client'
import type { components } from './schema'

type MemberOut = components['schemas']['MemberOut']
type MemberDetailOut = components['schemas']['MemberDetailOut']
export type Stage = components['schemas']['Stage']
export type Category = components['schemas']['Category']

export const STAGES: Record<Stage, string> = {
  full: '正式党员',
  probationary: '预备党员',
  prospect: '发展对象',
  activist: '积极分子',
}
export const CATEGORIES: Record<Category, string> = {
  staff: '教职工',
  student: '学生',
  retired: '离退休',
}

export interface MemberLine {
  id: number
  name: string
  workNumber: string
  /** Where he belongs, and what he is where that is not 正式. */
  words: string
  stage: string
  bound: boolean
}

export interface MemberFilter {
  search?: string
  stage?: Stage
  bound?: boolean
}

/** Read who belongs to an organization or below it. */
export async function listMembers(
  organizationId: number,
  filter: MemberFilter,
  cursor?: string,
): Promise<Slice<MemberLine>> {
  const path = { organization_id: organizationId }
  const { items, next_cursor } = await api.get('/organizations/{organization_id}/members', {
    path,
    query: { ...filter, cursor },
  })
  return { items: items.map(toMemberLine), next: next_cursor ?? null }
}

function toMemberLine(dto: MemberOut): MemberLine {
  const place = dto.group_title ?? dto.organization_title
  return {
    id: dto.id,
    name: dto.name,
    workNumber: dto.work_number,
    words: [place, dto.duty].filter(Boolean).join('，'),
    stage: dto.stage === 'full' ? '' : STAGES[dto.stage],
    bound: dto.bound,
  }
}

export interface Member {
  id: number
  name: string
  workNumber: string
  stage: Stage
  category: Category
  bound: boolean
  exempt: boolean
  /** The branch they belong to; 0 where they belong to none. */
  branchId: number
  facts: { name: string; words: string }[]
}

/** Read what is kept on a member; the server notes that it was looked at. */
export async function readMember(id: number): Promise<Member> {
  return toMember(await api.get('/members/{member_id}', { path: { member_id: id } }))
}

function toMember(dto: MemberDetailOut): Member {
  const home = dto.memberships.find(({ until_date }) => until_date === null) ?? dto.memberships[0]
  const facts: [string, string | null | undefined][] = [
    ['支部', home && [home.organization_title, home.group_title].filter(Boolean).join(' · ')],
    ['身份', `${STAGES[dto.stage]}，${CATEGORIES[dto.category]}`],
    ['此前', dto.former_kinds.map(toFormer).join('；')],
    ['职务', dto.duty],
    ['工号', dto.work_number],
    ['手机', dto.phone],
    ['入党', dto.joined_on && day(dto.joined_on)],
    ['微信', dto.bound ? '已绑定' : '未绑定'],
  ]
  return {
    id: dto.id,
    name: dto.name,
    workNumber: dto.work_number,
    stage: dto.stage,
    category: dto.category,
    bound: dto.bound,
    exempt: dto.exempt,
    branchId: home?.organization_id ?? 0,
    facts: facts.flatMap(([name, words]) => (words ? [{ name, words }] : [])),
  }
}

function toFormer({ stage, category, until_date }: components['schemas']['FormerKindsOut']): string {
  return `${STAGES[stage]}，${CATEGORIES[category]}（${day(until_date)}前）`
}

/** A code by which a member binds his WeChat: told this once. */
export interface ActivationCode {
  code: string
  until: string
}

/** Issue a new code; an earlier one is void from now on. */
export async function issueCode(memberId: number): Promise<ActivationCode> {
  const { code, expires_at } = await api.post('/members/{member_id}/activation-codes', {
    path: { member_id: memberId },
  })
  return { code, until: day(expires_at) }
}

/** Take a member's WeChat off his name. */
export async function unbindMember(memberId: number): Promise<void> {
  await api.post('/members/{member_id}/unbinding', { path: { member_id: memberId } })
}

/** Correct a stage that was recorded wrongly; the server notes who did it and why. */
export async function correctStage(memberId: number, before: Stage, stage: Stage, reason: string): Promise<void> {
  await api.post('/members/{member_id}/stage-correction', {
    path: { member_id: memberId },
    body: { before, stage, reason },
  })
}

/** Correct a category that was recorded wrongly; the server notes who did it and why. */
export async function correctCategory(
  memberId: number,
  before: Category,
  category: Category,
  reason: string,
): Promise<void> {
  await api.post('/members/{member_id}/category-correction', {
    path: { member_id: memberId },
    body: { before, category, reason },
  })
}

/** Let a member be of another category from a day on (YYYY-MM-DD); what was before it goes by the earlier one. */
export async function changeCategory(memberId: number, category: Category, from: string): Promise<void> {
  await api.patch('/members/{member_id}', { path: { member_id: memberId }, body: { category, category_from: from } })
}
