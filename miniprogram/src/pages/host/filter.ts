import type { RosterLine } from '@/api/rosters'

export type Filter = 'invited' | 'came' | 'leave' | 'missing'

/** The people behind one of the four counts; who came last stands first among those who are there. */
export function filtered(lines: RosterLine[], filter: Filter): RosterLine[] {
  if (filter === 'invited') return lines
  if (filter === 'came') return latest(lines)
  const invited = lines.filter(({ observer, came }) => !observer && !came)
  return invited.filter(({ standing }) => (standing === 'on_leave') === (filter === 'leave'))
}

export function latest(lines: RosterLine[], most = lines.length): RosterLine[] {
  const there = lines.filter(({ came }) => came)
  return there.sort((one, other) => other.cameAt - one.cameAt).slice(0, most)
}
