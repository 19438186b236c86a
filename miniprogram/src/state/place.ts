import { onLoad } from '@dcloudio/uni-app'
import { computed, ref } from 'vue'

import type { Me, Role } from '@/api/identity'

import { session } from './session'

export const LEADERS: readonly Role[] = ['secretary', 'deputy_secretary']
export const OFFICERS: readonly Role[] = [...LEADERS, 'committee_member']
export const ABOVE: readonly Role[] = ['organizer', 'general_secretary', 'organization_department']

/** Who records decisions of the negative list and confirms them. */
export const DECIDERS: readonly Role[] = ['general_secretary', 'organization_department']

/** Whether a person holds one of these roles somewhere. What it reaches is the server's to say; this only hides
 * acts. */
export function holdsAny(me: Me | null, roles: readonly Role[]): boolean {
  return me?.offices.some(({ role }) => roles.includes(role)) ?? false
}

/** The organization a page is about: `organization=` in its address, else one's own branch. */
export function usePlace() {
  const asked = ref(0)
  onLoad((query) => {
    asked.value = Number(query?.organization) || 0
  })
  return computed(() => asked.value || session.me?.branch?.id || 0)
}
