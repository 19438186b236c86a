import { day } from '@/format/dates'

import { type OfYear, STATE_TITLES } from './branch-years'
import { api } from './client'
import type { components } from './schema'

type BranchStandingOut = components['schemas']['BranchStandingOut']

/** A branch's year as those above see it. */
export interface BranchStanding {
  organization: number
  title: string
  tag: { words: string; tone: '' | 'ok' | 'warn' }
  /** What it does next and by when, and who stands in. */
  words: string
  late: boolean
  filed: boolean
}

/** `words` name what a summary drawn now leaves out: 未含×支部. */
export interface BranchYears {
  items: BranchStanding[]
  filed: number
  words: string
}

export async function readBranchYears({ organization, year }: OfYear): Promise<BranchYears> {
  const path = { organization_id: organization, year }
  const { items, filed, words } = await api.get('/organizations/{organization_id}/years/{year}/branches', { path })
  return { items: items.map(toStanding), filed, words: words ?? '' }
}

/** Remind the branches that are late; returns how many officers are told who were not told today before. */
export async function remindBranches({ organization, year }: OfYear): Promise<number> {
  const call = { path: { organization_id: organization, year }, body: {} }
  return (await api.post('/organizations/{organization_id}/years/{year}/remind', call)).reminded
}

export function toStanding(dto: BranchStandingOut): BranchStanding {
  const next = dto.next_title ? `下一步：${dto.next_title}${dto.due ? `，${day(dto.due)}前` : ''}` : ''
  return {
    organization: dto.organization.id,
    title: dto.organization.title,
    tag: dto.late
      ? { words: `${STATE_TITLES[dto.state]}，逾期`, tone: 'warn' }
      : { words: STATE_TITLES[dto.state], tone: dto.filed ? 'ok' : '' },
    words: [next, dto.delegate ? `${dto.delegate}代办` : ''].filter(Boolean).join('；') || '已全部办完',
    late: dto.late,
    filed: dto.filed,
  }
}
