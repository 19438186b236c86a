import { api } from './client'
import type { components } from './schema'

type WorkdayYearOut = components['schemas']['WorkdayYearOut']

/** How a day counts where it is not as its weekday says. */
export type Mark = 'off' | 'work'
export type Marks = Record<string, Mark>

export interface WorkdayYear {
  year: number
  known: boolean
  /** How days are counted until the year is known; empty afterwards. */
  notice: string
  marks: Marks
  /** The announcement that was named. */
  note: string
}

export async function readWorkdayYear(organizationId: number, year: number): Promise<WorkdayYear> {
  return toWorkdayYear(await api.get('/organizations/{organization_id}/workdays/{year}', { path: { organization_id: organizationId, year } }))
}

export function toWorkdayYear(dto: WorkdayYearOut): WorkdayYear {
  const marks = Object.fromEntries(dto.items.map(({ day, works }) => [day, works ? 'work' : 'off'] as const))
  return { year: dto.year, known: dto.known, notice: dto.notice ?? '', marks, note: dto.items[0]?.note ?? '' }
}

/** Enter a year as a whole; days marked before and no longer are taken off first. */
export async function enterWorkdayYear(organizationId: number, { year, marks: before }: WorkdayYear, marks: Marks, note: string): Promise<void> {
  for (const day of Object.keys(before).filter((each) => !(each in marks))) {
    await api.delete('/organizations/{organization_id}/workdays/{day}', { path: { organization_id: organizationId, day } })
  }
  const of = (mark: Mark) => Object.keys(marks).filter((day) => marks[day] === mark).sort()
  const path = { organization_id: organizationId, year }
  await api.put('/organizations/{organization_id}/workday-years/{year}', { path, body: { off: of('off'), worked: of('work'), note } })
}

/** Take back that the year was entered, and its days. */
export async function forgetWorkdayYear(organizationId: number, { year, marks }: WorkdayYear): Promise<void> {
  await api.delete('/organizations/{organization_id}/workday-years/{year}', { path: { organization_id: organizationId, year } })
  for (const day of Object.keys(marks)) {
    await api.delete('/organizations/{organization_id}/workdays/{day}', { path: { organization_id: organizationId, day } })
  }
}
