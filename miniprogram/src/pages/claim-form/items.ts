import { type ClaimableItem, listClaimableItems } from '@/api/claims'
import type { ApiError } from '@/api/errors'
import { store, stored } from '@/state/stored'

/** Read what may be claimed for a year; without a network, what it was when it was last read: one can write
 * anywhere. */
export async function readItems(memberId: number, year: number): Promise<ClaimableItem[]> {
  const place = `claim-items-${memberId}-${year}`
  try {
    const items = await listClaimableItems(memberId, year)
    store(place, items)
    return items
  } catch (error) {
    const kept = stored<ClaimableItem[]>(place, [])
    if ((error as ApiError).offline && kept.length) return kept
    throw error
  }
}
