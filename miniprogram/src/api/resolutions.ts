import { day, time } from '@/format/dates'

import { api } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type RuleCode = Schemas['VotingRuleCode']
export type Ground = Schemas['ExclusionGround']
export type NewResolution = Schemas['ResolutionIn']

export interface Voter {
  id: number
  name: string
  came: boolean
}

/** A vote as it was written down. */
export interface Resolution {
  id: number
  title: string
  text: string
  tag: string
  passed: boolean
  words: string
  leftOut: string[]
  differs: boolean
  recorded: string
  withdrawn: string
}

/** A meeting's votes, and what a form for the next one needs. */
export interface MeetingVotes {
  mayRecord: boolean
  refusal: string
  rules: { code: RuleCode; title: string; clause: string; source: string; countsWritten: boolean }[]
  grounds: { code: Ground; title: string }[]
  voters: Voter[]
  items: Resolution[]
}

export async function readVotes(meetingId: number): Promise<MeetingVotes> {
  return toVotes(await api.get('/meetings/{meeting_id}/resolutions', { path: { meeting_id: meetingId } }))
}

export async function recordResolution(meetingId: number, body: NewResolution): Promise<MeetingVotes> {
  return toVotes(await api.post('/meetings/{meeting_id}/resolutions', { path: { meeting_id: meetingId }, body }))
}

export async function withdrawResolution(id: number, reason: string): Promise<MeetingVotes> {
  return toVotes(
    await api.post('/resolutions/{resolution_id}/withdraw', { path: { resolution_id: id }, body: { reason } }),
  )
}

export function toVotes(dto: Schemas['ResolutionsOut']): MeetingVotes {
  return {
    mayRecord: dto.may_record,
    refusal: dto.refusal ?? '',
    rules: dto.rules.map(({ code, title, clause, source, counts_written }) => ({
      code,
      title,
      clause,
      source,
      countsWritten: counts_written,
    })),
    grounds: dto.grounds,
    voters: dto.voters.map(({ member_id, name, came }) => ({ id: member_id, name, came })),
    items: dto.items.map(toResolution).reverse(),
  }
}

function toResolution(dto: Schemas['ResolutionOut']): Resolution {
  const withdrawn = dto.withdrawn_at
    ? `${dto.withdrawn_by}，${day(dto.withdrawn_at)} ${time(dto.withdrawn_at)}：${dto.withdrawn_reason}`
    : ''
  return {
    id: dto.id,
    title: dto.title,
    text: dto.text,
    tag: withdrawn ? '登记已撤回' : dto.passed ? '通过' : '未通过',
    passed: dto.passed && !withdrawn,
    words: dto.words,
    leftOut: dto.exclusions.map(({ name, ground_title, reason }) => `${name}：${ground_title}（${reason}）`),
    differs: dto.attendance_differs && !withdrawn,
    recorded: `${dto.recorded_by}，${day(dto.recorded_at)} ${time(dto.recorded_at)}`,
    withdrawn,
  }
}
