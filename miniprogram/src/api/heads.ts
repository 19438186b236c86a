import { api } from './client'
import type { components } from './schema'

type GrantOut = components['schemas']['GrantOut']

/** One who may be sent the daily heads: an officer of the university, with the offices held. */
export interface Keeper {
  accountId: number
  name: string
  roles: string
}

export interface HeadOfficers {
  /** The accounts of the two who are named, or none. */
  named: number[]
  keepers: Keeper[]
}

export const KEEPERS = 2
const MOST = 100

export async function readHeadOfficers(id: number): Promise<HeadOfficers> {
  const path = { organization_id: id }
  const [organization, grants] = await Promise.all([
    api.get('/organizations/{organization_id}', { path }),
    api.get('/organizations/{organization_id}/grants', { path, query: { limit: MOST } }),
  ])
  return { named: organization.settings.head_officers ?? [], keepers: toKeepers(grants.items) }
}

/** Name the two, or nobody. */
export async function nameHeadOfficers(id: number, accountIds: number[]): Promise<void> {
  await api.put('/organizations/{organization_id}/settings', {
    path: { organization_id: id },
    body: { head_officers: accountIds },
  })
}

export function toKeepers(grants: GrantOut[]): Keeper[] {
  const found = new Map<number, Keeper>()
  for (const { account_id, name, role_title } of grants) {
    const earlier = found.get(account_id)
    found.set(account_id, {
      accountId: account_id,
      name,
      roles: earlier ? `${earlier.roles}、${role_title}` : role_title,
    })
  }
  return [...found.values()]
}

/** What is chosen after a tap: taken back, added, or in the place of the one chosen first. */
export function tapped(chosen: number[], accountId: number): number[] {
  if (chosen.includes(accountId)) return chosen.filter((each) => each !== accountId)
  return [...chosen, accountId].slice(-KEEPERS)
}
