import { type ClaimLine, listClaims, readReviewQueue } from '@/api/claims'
import type { Me } from '@/api/identity'
import { listMeetings, type MeetingLine } from '@/api/meetings'
import { dayOf } from '@/format/dates'
import { waiting } from '@/state/tabs'

export interface Todo {
  title: string
  words: string
  act: string
  url: string
  /** The one red button: something of one's own that stands still until one acts. */
  urgent: boolean
}

const REVIEWERS = new Set(['secretary', 'deputy_secretary', 'committee_member', 'general_secretary'])

/** Read what waits for this person: reviews first, then his own claims and today's meetings. */
export async function readTodos(me: Me, now: Date): Promise<Todo[]> {
  const offices = me.offices.filter((office) => REVIEWERS.has(office.role))
  const [queues, returned, meetings] = await Promise.all([
    Promise.all(offices.map(async ({ organization }) => ({ title: organization.title, ...(await readReviewQueue(organization.id)) }))),
    me.memberId ? listClaims(me.memberId, 'returned') : [],
    me.memberId ? listMeetings(me.memberId) : { items: [] },
  ])
  waiting.claims = returned.length > 0
  const todos = [...queues.filter(({ items }) => items.length).map(ofQueue), ...returned.map(ofReturned), ...meetings.items.filter((each) => isToday(each, now)).map(ofMeeting)]
  return onlyFirstUrgent(todos)
}

function ofQueue({ title, items, more }: { title: string; items: ClaimLine[]; more: boolean }): Todo {
  const count = more ? `${items.length} 条以上` : `${items.length} 条`
  return { title: `待审核 ${count}`, words: title, act: '去审核', url: '/pages/claims/claims', urgent: true }
}

function ofReturned(claim: ClaimLine): Todo {
  return { title: `${claim.title}被退回`, words: `${claim.item}，请补充材料`, act: '去补充', url: '/pages/claims/claims', urgent: true }
}

function ofMeeting(meeting: MeetingLine): Todo {
  return { title: `${meeting.when} ${meeting.kind}`, words: `${meeting.place}，${meeting.title}`, act: '查看', url: `/pages/meeting/meeting?id=${meeting.id}`, urgent: false }
}

function isToday(meeting: MeetingLine, now: Date): boolean {
  return meeting.coming && dayOf(new Date(meeting.startsAt)) === dayOf(now) && meeting.standing === 'expected'
}

function onlyFirstUrgent(todos: Todo[]): Todo[] {
  const first = todos.findIndex(({ urgent }) => urgent)
  return todos.map((todo, index) => ({ ...todo, urgent: index === first }))
}
