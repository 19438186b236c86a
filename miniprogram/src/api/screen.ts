import { api } from './client'
import type { components } from './schema'

type ScreenOut = components['schemas']['ScreenOut']

/** The code of ten seconds. Times are milliseconds by the server's clock; `path` draws it on a square of `size`
 * modules. */
export interface Code {
  step: number
  from: number
  until: number
  digits: string
  size: number
  path: string
}

/** What the server says of a meeting's check-in at `now`, its own clock. */
export interface Screen {
  now: number
  phase: components['schemas']['MeetingPhase']
  opensAt: number
  closesAt: number
  codes: Code[]
  /** Changes whenever someone comes or is on leave; what it says does not matter. */
  tally: string
}

export interface ScreenLink {
  url: string
  digits: string
}

/** Read the codes after the step one already holds: the current one and those of the next minute. */
export async function readScreen(meetingId: number, afterStep?: number): Promise<Screen> {
  return toScreen(
    await api.get('/meetings/{meeting_id}/screen', {
      path: { meeting_id: meetingId },
      query: { after_step: afterStep },
    }),
  )
}

/** Let a computer show the screen: once, within five minutes, by the address or by the digits. */
export async function makeScreenLink(meetingId: number): Promise<ScreenLink> {
  const { url, digits } = await api.post('/meetings/{meeting_id}/screen-links', { path: { meeting_id: meetingId } })
  return { url, digits }
}

/** End every screen of a meeting at once, and the links nobody has used; return how many. */
export async function closeScreens(meetingId: number): Promise<number> {
  return (await api.post('/meetings/{meeting_id}/screens/closing', { path: { meeting_id: meetingId } })).closed
}

function toScreen(dto: ScreenOut): Screen {
  return {
    now: Date.parse(dto.now),
    phase: dto.phase,
    opensAt: Date.parse(dto.meeting.opens_at),
    closesAt: Date.parse(dto.meeting.closes_at),
    tally: JSON.stringify([dto.counts, dto.recent[0]?.at]),
    codes: dto.codes.map(({ step, shown_from, shown_until, digits, size, path }) => ({
      step,
      from: Date.parse(shown_from),
      until: Date.parse(shown_until),
      digits: `${digits.slice(0, 3)} ${digits.slice(3)}`,
      size,
      path,
    })),
  }
}
