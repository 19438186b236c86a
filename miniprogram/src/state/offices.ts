import { computed, ref } from 'vue'

import type { Me, Place } from '@/api/identity'

import { session } from './session'

const CONVENERS = new Set([
  'group_leader',
  'committee_member',
  'deputy_secretary',
  'secretary',
  'organizer',
  'general_secretary',
  'organization_department',
])
const CONFIRMERS = new Set([
  'group_leader',
  'deputy_secretary',
  'secretary',
  'organizer',
  'general_secretary',
  'organization_department',
])

/** Where this person calls meetings, keeps their lists and decides on leave. */
export function placesToHost(me: Me | null): Place[] {
  return placesOf(me, CONVENERS)
}

/** Whether he confirms lists, so that absences cost points; a 支委 does not. */
export function mayConfirm(me: Me | null): boolean {
  return placesOf(me, CONFIRMERS).length > 0
}

function placesOf(me: Me | null, roles: Set<string>): Place[] {
  const held = (me?.offices ?? []).filter(({ role }) => roles.has(role)).map(({ organization }) => organization)
  return held.filter(({ id }, index) => held.findIndex((other) => other.id === id) === index)
}

/** The office of his that a page is about: the first, until another is chosen. */
export function useOffice() {
  const at = ref(0)
  const places = computed(() => placesToHost(session.me))
  const place = computed(() => places.value[at.value] ?? places.value[0] ?? null)
  return { places, place, at }
}
