import { describe, expect, it, vi } from 'vitest'

import { toNegative } from './negatives'

vi.mock('@/platform', () => ({ platform: {} }))

const DECISION = {
  id: 5,
  member_id: 7,
  year: 2025,
  category_code: 'N02',
  category_title: '受党纪处分',
  clause: '三（二）',
  document_number: null,
  decided_on: null,
  reason: '生效决定',
  status: 'recorded',
  mine: false,
  name: '陈静',
  proposed: null,
  entered_at: '2025-06-18T10:00:00+08:00',
  confirmed_at: null,
  changed_at: null,
  change_reason: null,
} as const
const PROPOSED = {
  id: 9,
  action: 'revoke',
  reason: '改判',
  name: '陈静',
  proposed_at: '2025-06-18T11:00:00+08:00',
  mine: false,
} as const

function fact(name: string, dto: Parameters<typeof toNegative>[0]): string | undefined {
  return toNegative(dto).facts.find((each) => each.name === name)?.words
}

describe('a decision of the negative list', () => {
  it('shows a second person neither 文号 nor day before they typed them', () => {
    expect([fact('文号', DECISION), fact('决定日期', DECISION)]).toEqual(['由核对人照原件填写', '由核对人照原件填写'])
    expect(fact('文号', { ...DECISION, document_number: '纪字〔2025〕1号', mine: true })).toBe('纪字〔2025〕1号')
    expect(toNegative(DECISION)).toMatchObject({ recorded: true, changes: [], status: '未生效，待另一人核对' })
  })

  it('offers what may be proposed, and nothing while a proposal waits', () => {
    expect(toNegative({ ...DECISION, status: 'in_force' }).changes.map(({ title }) => title)).toEqual([
      '中止执行',
      '撤销',
    ])
    expect(toNegative({ ...DECISION, status: 'suspended' }).changes.map(({ title }) => title)).toEqual([
      '恢复执行',
      '撤销',
    ])
    const waiting = toNegative({ ...DECISION, status: 'in_force', proposed: PROPOSED })
    expect(waiting.changes).toEqual([])
    expect(waiting.proposed).toMatchObject({
      id: 9,
      title: '撤销',
      words: '陈静，2025 年 6 月 18 日 11:00 提出撤销',
      mine: false,
    })
  })
})
