import { describe, expect, it, vi } from 'vitest'

import { toBulletin } from './bulletins'
import type { components } from './schema'

vi.mock('@/platform', () => ({ platform: {} }))

const FIGURES = {
  members: 9,
  rated: 8,
  apart: 1,
  prospects: 0,
  average: '71.25',
  change: '2.00',
  bands: [{ title: '80分以上', at_least: '80', below: null, count: 3 }],
  counts: [],
  meetings: 6,
  rate: '95',
  decisions: 12,
  review_days: '1.5',
  backdated: 0,
}
const DTO: components['schemas']['BulletinOut'] = {
  id: 1,
  organization_id: 2,
  organization_title: '计算机学院党总支',
  quarter: '2026-Q3',
  title: '2026年第三季度党员积分通报',
  status: 'published',
  document_number: '计党〔2026〕3号',
  snapshot: 'a',
  average: '71.25',
  branches: 1,
  missing: 1,
  acknowledged: 0,
  frozen_at: '2026-10-08T09:00:00+08:00',
  published_at: '2026-10-10T09:00:00+08:00',
  remarks: null,
  until: '2026-09-30',
  compared_with: '2026-Q2',
  hash: 'a',
  total: FIGURES,
  parts: [
    {
      organization_id: 3,
      title: '教工第一党支部',
      figures: { ...FIGURES, rate: null },
      acknowledged_at: null,
      acknowledged_by: null,
    },
  ],
  missing_branches: [{ organization_id: 4, title: '教工第二党支部' }],
}

describe('a bulletin', () => {
  it('says who published it, how branches stand, and which is left out', () => {
    const bulletin = toBulletin(DTO)
    expect(bulletin.from).toBe('计党〔2026〕3号，计算机学院党总支，10 月 10 日发布')
    expect(bulletin.facts[0]).toEqual({ name: '平均分', text: '71.25，较上季 +2.00' })
    expect(bulletin.branches).toEqual([
      { id: 3, title: '教工第一党支部', words: '8 人', average: '71.25', acknowledged: false },
    ])
    expect(bulletin.missing).toBe('教工第二党支部')
  })
})
