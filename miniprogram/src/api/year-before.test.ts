import { describe, expect, it, vi } from 'vitest'

import { toScore } from './scores'
import type { components } from './schema'
import { readYearBefore, toYearBefore, untilWords } from './year-before'

vi.mock('@/platform', () => ({ platform: { origin: () => '' } }))

const SCORE: components['schemas']['ExplanationOut'] = {
  member_id: 3,
  year: 2026,
  standard_id: 1,
  standard_title: '标准',
  total: '79.50',
  total_cap: '100.00',
  note: null,
  sections: [],
  still_possible: [],
}
const ITEMS = { items: [], claim_until: '2027-01-10' }

describe('the year before', () => {
  it('is open for claims up to the last minute of its last day in Shanghai', () => {
    const before = toYearBefore(SCORE, ITEMS, new Date('2027-01-10T15:59:00Z'))
    expect(before).toEqual({ year: 2026, total: '79.50', until: '1 月 10 日', open: true })
    expect(untilWords(before)).toBe('申报 1 月 10 日截止，当天提交算数')
    expect(untilWords(toYearBefore(SCORE, ITEMS, new Date('2027-01-10T16:00:00Z')))).toBe('申报已于 1 月 10 日截止')
  })

  it('prints 另行通报 instead of a figure', () => {
    expect(
      toYearBefore({ ...SCORE, total: null, note: '另行通报' }, ITEMS, new Date('2027-01-05T00:00:00Z')).total,
    ).toBe('另行通报')
  })

  it('is not asked for on 31 December, nor from April on', async () => {
    expect(await readYearBefore(3, new Date('2026-12-31T15:59:00Z'))).toBeNull()
    expect(await readYearBefore(3, new Date('2027-03-31T16:00:00Z'))).toBeNull()
  })
})

describe('a trend at the turn of the year', () => {
  it.each([
    ['23:59 of 31 December', 2026, '2026-12-31T15:59:00Z', 12],
    ['00:30 of 1 January', 2027, '2026-12-31T16:30:00Z', 1],
    ['the old year in January', 2026, '2026-12-31T16:30:00Z', 12],
    ['a phone whose clock is behind', 2027, '2026-12-31T15:59:50Z', 1],
  ])('has the months of the score shown: %s', (_, year, now, months) => {
    expect(toScore({ ...SCORE, year }, new Date(now)).trend).toHaveLength(months)
  })
})
