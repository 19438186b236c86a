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
  /** Days that were set singly, with a note of their own. */
  single: string[]
  /** The announcement that was entered as a whole; empty where none was. */
  announcement: string
}

export async function readWorkdayYear(organizationId: number, year: number): Promise<WorkdayYear> {
  return toWorkdayYear(
    await api.get('/organizations/{organization_id}/workdays/{year}', {
      path: { organization_id: organizationId, year },
    }),
  )
}

function toWorkdayYear(dto: WorkdayYearOut): WorkdayYear {
  const marks = Object.fromEntries(dto.items.map(({ day, works }) => [day, works ? 'work' : 'off'] as const))
  const single = dto.items.filter(({ note }) => note !== dto.announcement).map(({ day }) => day)
  return {
    year: dto.year,
    known: dto.known,
    notice: dto.notice ?? '',
    marks,
    single,
    announcement: dto.announcement ?? '',
  }
}

/** Enter a year as a whole: it replaces what was entered before. Days that were set singly stay so, unless they were
 * changed. */
export async function enterWorkdayYear(
  organizationId: number,
  { year, marks: before, single }: WorkdayYear,
  marks: Marks,
  note: string,
): Promise<void> {
  const kept = single.filter((day) => marks[day] === before[day])
  for (const day of single.filter((each) => !(each in marks))) {
    await api.delete('/organizations/{organization_id}/workdays/{day}', {
      path: { organization_id: organizationId, day },
    })
  }
  const of = (mark: Mark) =>
    Object.keys(marks)
      .filter((day) => marks[day] === mark && !kept.includes(day))
      .sort()
  const path = { organization_id: organizationId, year }
  await api.put('/organizations/{organization_id}/workday-years/{year}', {
    path,
    body: { off: of('off'), worked: of('work'), note },
  })
}

/** Take back a year as it was entered. */
export async function forgetWorkdayYear(organizationId: number, year: number): Promise<void> {
  await api.delete('/organizations/{organization_id}/workday-years/{year}', {
    path: { organization_id: organizationId, year },
  })
}
