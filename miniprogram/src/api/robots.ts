import { day, time } from '@/format/dates'

import { api } from './client'
import type { components } from './schema'

type GroupRobotOut = components['schemas']['GroupRobotOut']

/** What a robot of 企业微信 says in the branch's group. */
export interface Robot {
  /** The end of its address; empty where there is no robot. */
  hint: string
  meetingTomorrow: boolean
  monthPublished: boolean
  recent: { id: number; words: string; how: string }[]
}

export interface RobotChoices {
  /** Empty: the address it has already stays. */
  webhook: string
  meetingTomorrow: boolean
  monthPublished: boolean
}

const ROBOT = '/organizations/{organization_id}/group-robot'

export async function readRobot(organizationId: number): Promise<Robot> {
  return toRobot(await api.get(ROBOT, { path: { organization_id: organizationId } }))
}

export async function setRobot(
  organizationId: number,
  { webhook, meetingTomorrow, monthPublished }: RobotChoices,
): Promise<Robot> {
  const body = { webhook: webhook || null, meeting_tomorrow: meetingTomorrow, month_published: monthPublished }
  return toRobot(await api.put(ROBOT, { path: { organization_id: organizationId }, body }))
}

export async function removeRobot(organizationId: number): Promise<Robot> {
  return toRobot(await api.delete(ROBOT, { path: { organization_id: organizationId } }))
}

/** Have it introduce itself in the group, within a minute. */
export async function tryRobot(organizationId: number): Promise<Robot> {
  return toRobot(await api.post(`${ROBOT}/trial`, { path: { organization_id: organizationId } }))
}

function toRobot(dto: GroupRobotOut): Robot {
  return {
    hint: dto.webhook ?? '',
    meetingTomorrow: dto.meeting_tomorrow,
    monthPublished: dto.month_published,
    recent: dto.recent.map(({ id, text, at, status_title }) => ({
      id,
      words: text,
      how: `${day(at)} ${time(at)}，${status_title}`,
    })),
  }
}
