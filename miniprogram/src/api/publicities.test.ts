import { describe, expect, it } from 'vitest'

import { toPublicity } from './publicities'
import type { components } from './schema'

const SIGN = { name: '王芳', role_title: '支委', for_committee: false, at: '2027-02-26T08:40:00Z' }

const SHOWN: components['schemas']['PublicityDetailOut'] = {
  id: 1,
  organization_id: 3,
  organization: '教工第一党支部',
  subject_kind: 'points',
  title: '2026 年度党员积分公示',
  phase: 'running',
  phase_words: '公示中，还剩 2 个工作日',
  first_day: '2027-02-26',
  last_day: '2027-03-02',
  scope: 'branch',
  scope_title: '本支部',
  place: '明德楼一楼公示栏',
  text: '',
  working_days: 5,
  counted: '3 个工作日',
  left: 2,
  resumes_on: null,
  days: [
    { day: '2027-02-26', counts: true, why: null },
    { day: '2027-02-27', counts: false, why: '休息日' },
    { day: '2027-03-01', counts: true, why: null },
    { day: '2027-03-02', counts: true, why: null },
  ],
  moves: [{ old_day: '2027-03-01', new_day: '2027-03-02', reason: '调休', by: null, at: '2027-02-26T08:40:00Z' }],
  proposed: SIGN,
  approved: { ...SIGN, name: '高志远', for_committee: true },
  ended_at: null,
  withdrawn_at: null,
  withdrawn_reason: null,
  telephones: [{ title: '党支部', number: '0535-5550158' }],
  groups: [{ heading: '年度积分', mark: '', entries: [{ name: '张敏', words: ['91.50'], own: true }] }],
  listed: 1,
  unlisted: 2,
  lines: [],
  code: '5B0C-77E1',
}

describe('a publicity', () => {
  const found = toPublicity(SHOWN, '2027-03-01')

  it('marks each day by today, and one that does not count says why', () => {
    expect(found.days.map(({ number, words, standing }) => [number, words, standing])).toEqual([
      ['26', '周五', 'gone'],
      ['27', '休息日', 'off'],
      ['1', '今天', 'today'],
      ['2', '周二', 'ahead'],
    ])
  })

  it('names the month again where it ends in another', () => {
    expect(found.span).toMatch(/2 月 26 日至 .*3 月 2 日 24:00$/)
    expect(toPublicity({ ...SHOWN, first_day: '2027-03-01' }, '2027-03-01').span).toMatch(/3 月 1 日至 2 日 24:00$/)
  })

  it('says who stands for it, and for whom they entered it', () => {
    expect(found.facts.map(({ name }) => name)).toEqual(['提出', '批准', '范围', '电话'])
    expect(found.facts[1]?.words[0]).toContain('高志远，受支委会委托，支委')
    expect(
      toPublicity({ ...SHOWN, approved: null, telephones: [] }, '2027-03-01').facts.map(({ name }) => name),
    ).toEqual(['提出', '范围'])
  })

  it('tells what was moved, and while it is paused when it goes on', () => {
    expect(found.moves).toHaveLength(1)
    expect(found.moves[0]).toContain('（调休）')
    expect(toPublicity({ ...SHOWN, resumes_on: '2027-03-08' }, '2027-03-01').moves[0]).toContain(
      '继续，还剩 2 个工作日',
    )
  })
})
