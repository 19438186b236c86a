import { month as monthOf } from '@/format/dates'

import { api } from './client'
import type { components } from './schema'

type BoardOut = components['schemas']['BoardOut']

/** Where a member stands in his branch, as of the last monthly statement. */
export interface Standing {
  position: number
  ranked: number
  asOf: string
}

/** Read my place in the branch; null before the first statement, or where there is none to show. */
export async function readStanding(branchId: number): Promise<Standing | null> {
  const board = await api.get('/organizations/{organization_id}/board', { path: { organization_id: branchId } }).catch((error) => {
    if (error.status === 404) return null
    throw error
  })
  return board && toStanding(board)
}

export function toStanding({ own, ranked, month, month_title }: BoardOut): Standing | null {
  const asOf = /-\d\d$/.test(month) ? `${monthOf(month)} 月` : month_title
  return own?.position ? { position: own.position, ranked, asOf: `${asOf}汇总，同分同名次` } : null
}
