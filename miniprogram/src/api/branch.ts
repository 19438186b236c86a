import { api } from './client'
import type { Place, Role } from './identity'
import type { components } from './schema'

type GrantOut = components['schemas']['GrantOut']
export type Visibility = components['schemas']['BoardVisibility']

export interface Branch {
  id: number
  title: string
  kind: components['schemas']['OrganizationKind']
  /** 支委会, the secretary first. */
  officers: { name: string; role: string }[]
  groups: Place[]
  /** What its members see of each other's scores. */
  visibility: Visibility
  /** Whether passers-by see whole names on its screens and posters. */
  namesOutside: boolean
  /** The office's telephone, or empty. */
  telephone: string
}

const COMMITTEE: readonly Role[] = [
  'general_secretary',
  'organizer',
  'secretary',
  'deputy_secretary',
  'committee_member',
]
const MOST = 100

/** Read an organization as its members see it: who leads it and its 党小组. */
export async function readBranch(id: number): Promise<Branch> {
  const path = { organization_id: id }
  const [organization, children, grants] = await Promise.all([
    api.get('/organizations/{organization_id}', { path }),
    api.get('/organizations/{organization_id}/children', { path, query: { limit: MOST } }),
    api.get('/organizations/{organization_id}/grants', { path, query: { limit: MOST } }),
  ])
  return {
    id,
    title: organization.title,
    kind: organization.kind,
    officers: toOfficers(grants.items),
    groups: children.items
      .filter(({ kind }) => kind === 'group')
      .map((group) => ({ id: group.id, title: group.title })),
    visibility: organization.settings.board_visibility ?? 'own',
    namesOutside: organization.settings.board_names_outside ?? false,
    telephone: organization.settings.office_telephone ?? '',
  }
}

/** Decide what members see of each other's scores. */
export async function showBoardAs(id: number, visibility: Visibility): Promise<void> {
  await api.put('/organizations/{organization_id}/settings', {
    path: { organization_id: id },
    body: { board_visibility: visibility },
  })
}

/** Decide whether passers-by see whole names. */
export async function showNamesOutside(id: number, shown: boolean): Promise<void> {
  await api.put('/organizations/{organization_id}/settings', {
    path: { organization_id: id },
    body: { board_names_outside: shown },
  })
}

function toOfficers(grants: GrantOut[]): Branch['officers'] {
  const held = grants.filter(({ role }) => COMMITTEE.includes(role))
  const sorted = held.sort((one, other) => COMMITTEE.indexOf(one.role) - COMMITTEE.indexOf(other.role))
  return sorted.map(({ name, role_title }) => ({ name, role: role_title }))
}
