import { api } from './client'
import { type Keeper, toKeepers } from './heads'

const MOST = 100

/** Read who holds office in an organization, each with all that they hold there. */
export async function readOfficers(organizationId: number): Promise<Keeper[]> {
  const call = { path: { organization_id: organizationId }, query: { limit: MOST } }
  return toKeepers((await api.get('/organizations/{organization_id}/grants', call)).items)
}
