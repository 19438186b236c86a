import type { Me, Office, Place } from '@/api/identity'

const REVIEWERS = new Set<Office['role']>([
  'committee_member',
  'deputy_secretary',
  'secretary',
  'organizer',
  'general_secretary',
  'organization_department',
])
/** Who can take an approval back: the branch's secretary, or who is above. */
const REVOKERS = new Set<Office['role']>(['secretary', 'organizer', 'general_secretary', 'organization_department'])

/** Where this person reviews, if the page was opened without saying so. */
export function officeOf(me: Me | null): Place | null {
  return me?.offices.find(({ role }) => REVIEWERS.has(role))?.organization ?? null
}

export function mayRevoke(me: Me | null): boolean {
  return me?.offices.some(({ role }) => REVOKERS.has(role)) ?? false
}
