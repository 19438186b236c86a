import { type ClaimLine, listClaims } from '@/api/claims'
import type { Me } from '@/api/identity'
import { listMeetings, type MeetingLine } from '@/api/meetings'
import { listOfficeTodos, type Todo } from '@/api/todos'
import { dayOf } from '@/format/dates'

import { waiting } from './tabs'

/** Read what waits for this person: his offices' work first, then his own claims and today's meetings. */
export async function readTodos(me: Me, now: Date): Promise<Todo[]> {
  const [office, returned, meetings] = await Promise.all([
    me.offices.length ? listOfficeTodos() : [],
    me.memberId ? listClaims(me.memberId, 'returned') : [],
    me.memberId ? listMeetings(me.memberId) : { items: [] },
  ])
  waiting.claims = returned.length > 0
  return [...office, ...returned.map(ofReturned), ...meetings.items.filter((each) => isToday(each, now)).map(ofMeeting)]
}

function ofReturned(claim: ClaimLine): Todo {
  return {
    title: `${claim.title}被退回`,
    words: `${claim.item}，请补充材料`,
    act: '去补充',
    url: `/pages/claim/claim?id=${claim.id}`,
    urgent: true,
  }
}

function ofMeeting(meeting: MeetingLine): Todo {
  return {
    title: `${meeting.when} ${meeting.kind}`,
    words: `${meeting.place}，${meeting.title}`,
    act: '查看',
    url: `/pages/meeting/meeting?id=${meeting.id}`,
    urgent: false,
  }
}

/** Whether it is today, or began before and goes on. */
function isToday(meeting: MeetingLine, now: Date): boolean {
  return meeting.coming && dayOf(new Date(meeting.startsAt)) <= dayOf(now) && meeting.standing === 'expected'
}
