import { day } from '@/format/dates'

import { api } from './client'
import type { components } from './schema'

type FilingDetailOut = components['schemas']['FilingDetailOut']

/** Something that was sent to the level above to be kept on record there. */
export interface Filing {
  id: number
  title: string
  from: string
  to: string
  toId: number
  status: FilingDetailOut['status']
  /** What a filing is: no approval. */
  notice: string
  /** What happened to it, the latest last. */
  steps: { title: string; when: string; who: string; said: string }[]
  /** Why it was returned. */
  reason: string
}

export const FILING_TITLES: Record<Filing['status'], string> = {
  submitted: '待收悉',
  received: '备案收悉',
  returned: '备案退回',
}
const STEP_TITLES: Record<Filing['status'], string> = { submitted: '报送', received: '收悉', returned: '退回' }

export async function readFiling(id: number): Promise<Filing> {
  return toFiling(await api.get('/filings/{filing_id}', { path: { filing_id: id } }))
}

export async function receiveFiling(id: number): Promise<Filing> {
  return toFiling(await api.post('/filings/{filing_id}/receipt', { path: { filing_id: id }, body: {} }))
}

export async function returnFiling(id: number, reason: string): Promise<Filing> {
  return toFiling(await api.post('/filings/{filing_id}/return', { path: { filing_id: id }, body: { reason } }))
}

export function toFiling(dto: FilingDetailOut): Filing {
  return {
    id: dto.id,
    title: dto.title,
    from: dto.from_organization_title,
    to: dto.to_organization_title,
    toId: dto.to_organization_id,
    status: dto.status,
    notice: dto.notice,
    steps: dto.steps.map(({ status, at, name, note }) => ({
      title: STEP_TITLES[status],
      when: day(at),
      who: name,
      said: note ?? '',
    })),
    reason: dto.reason ?? '',
  }
}
