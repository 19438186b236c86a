import { describe, expect, it } from 'vitest'

import type { BranchYear } from '@/api/branch-years'
import type { Filing } from '@/api/filings'
import type { PublicityItem } from '@/api/publicities'

import { tagsOf } from './words'

const YEAR: BranchYear = {
  organization: 3,
  year: 2026,
  title: '教工第一党支部',
  state: 'closing',
  at: 2,
  cutOff: '1 月 10 日',
  cutOffDay: '2027-01-10',
  edition: '',
  publicityId: null,
  filingId: null,
  owed: 0,
  correctionEdition: null,
  changedLines: 0,
  refiling: [],
  delegate: '',
  steps: [],
  left: [],
  acts: [],
  late: false,
  history: [],
}
const SHOWN: PublicityItem = {
  id: 1,
  title: '',
  organization: '',
  phase: 'running',
  words: '公示中，还剩 3 个工作日',
  span: '',
}
const FILING: Filing = {
  id: 1,
  title: '',
  from: '',
  to: '',
  toId: 2,
  status: 'submitted',
  notice: '',
  steps: [],
  reason: '',
}

const words = (...given: Parameters<typeof tagsOf>) => tagsOf(...given).map((tag) => tag.words)

describe("how a branch's year stands", () => {
  it('counts what is left, but not what holds nobody up', () => {
    const left = [
      { words: '', url: '', count: 7, blocks: true },
      { words: '', url: '', count: 2, blocks: false },
    ]
    expect(words({ ...YEAR, left }, null, null)).toEqual(['清理中，还剩 7 件'])
    expect(words(YEAR, null, null)).toEqual(['已清理，待形成年度结果'])
  })

  it('has the words of the publicity while that is proposed or on show', () => {
    expect(words({ ...YEAR, state: 'reported' }, { ...SHOWN, phase: 'proposed' }, null)).toEqual(['公示待批准'])
    expect(words({ ...YEAR, state: 'publicized' }, SHOWN, null)).toEqual(['公示中，还剩 3 个工作日'])
    expect(words({ ...YEAR, state: 'settled' }, { ...SHOWN, phase: 'over' }, null)).toEqual(['已确定'])
  })

  it('has those of the filing from then on, also where it was returned', () => {
    expect(words({ ...YEAR, state: 'filed' }, null, FILING)).toEqual(['已报备案，待收悉'])
    expect(words({ ...YEAR, state: 'filed' }, null, { ...FILING, status: 'received' })).toEqual(['备案收悉'])
    expect(words({ ...YEAR, state: 'settled' }, null, { ...FILING, status: 'returned' })).toEqual(['备案退回'])
    expect(words({ ...YEAR, state: 'archived' }, null, { ...FILING, status: 'received' })).toEqual(['已归档'])
  })

  it('says beside it that something is late', () => {
    expect(words({ ...YEAR, state: 'drafted', late: true }, null, null)).toEqual(['已生成', '已逾期'])
  })
})
