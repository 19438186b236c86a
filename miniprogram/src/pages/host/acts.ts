/** What the host can do with his meeting, and how long check-in can be kept open. Pure. */
import type { HostedMeeting } from '@/api/hosting'
import { time } from '@/format/dates'

export type MeetingAct = 'project' | 'extend' | 'change' | 'cancel' | 'minutes' | 'votes'

const TITLES: Record<MeetingAct, string> = {
  project: '投屏',
  extend: '延长签到',
  change: '修改安排',
  cancel: '取消会议',
  minutes: '会议记录和照片',
  votes: '表决',
}

/** The acts besides the page's main one, as they fit how the meeting stands. */
export function furtherActs(meeting: HostedMeeting): { act: MeetingAct; title: string }[] {
  const confirmed = meeting.lists.some((list) => list.confirmed)
  const alive = meeting.phase !== 'cancelled' && meeting.phase !== 'settled' && !confirmed
  const acts: MeetingAct[] = []
  if (alive && (meeting.phase === 'open' || meeting.phase === 'closed')) acts.push('extend')
  if (meeting.begun && meeting.phase !== 'cancelled') acts.push('minutes')
  if (meeting.begun && meeting.votes && meeting.phase !== 'cancelled') acts.push('votes')
  if (alive) acts.push('change', 'cancel')
  return acts.map((act) => ({ act, title: TITLES[act] }))
}

const MINUTES = [10, 20, 30, 60]

/** Until when check-in may be kept open: some minutes more, or to the end of the meeting; none once that is over. */
export function extensions(
  { closesAt, endsAt }: { closesAt: string; endsAt: string },
  now: Date,
): { title: string; until: string }[] {
  const from = Math.max(now.getTime(), Date.parse(closesAt))
  const end = Date.parse(endsAt)
  const sooner = MINUTES.map((minutes) => ({ minutes, at: new Date(from + minutes * 60_000) })).filter(
    ({ at }) => at.getTime() < end,
  )
  const choices = sooner.map(({ minutes, at }) => ({
    title: `延长 ${minutes} 分钟，到 ${time(at.toISOString())}`,
    until: at.toISOString(),
  }))
  return from < end ? [...choices, { title: `到会议结束（${time(endsAt)}）`, until: endsAt }] : []
}
