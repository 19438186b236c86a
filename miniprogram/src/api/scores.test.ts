import { describe, expect, it, vi } from 'vitest'

import { toScore } from './scores'
import type { components } from './schema'

vi.mock('@/platform', () => ({ platform: { origin: () => '' } }))

type EntryOut = components['schemas']['ExplainedEntryOut']
type LineOut = components['schemas']['LineOut']
type ExplanationOut = components['schemas']['ExplanationOut']

const NOBODY = { owed: 0, attended: 0, made_up: 0, excused: 0 }
const NOW = new Date('2026-06-18T06:00:00Z')

let seq = 0
function entry(points: string, given: Partial<EntryOut> = {}): EntryOut {
  seq += 1
  const source = { kind: 'claim', id: seq, title: null, path: null, details: [], photo_ids: [] } as EntryOut['source']
  return {
    ...{
      seq,
      item_code: 'C05',
      item_title: '承担党务',
      points,
      counted: points,
      uncounted: '0.00',
      quantities: NOBODY,
      level: null,
    },
    ...{
      achievement: null,
      occurred_on: '2026-06-03',
      posted_at: '2026-06-04T09:00:00+08:00',
      reverses_seq: null,
      reversed_by: null,
    },
    ...{ clause: '《实施方案》二（二）：先锋模范', text: '讲党课', decided_by: '李伟', source, ...given },
  }
}

function opening(points: string): EntryOut {
  return entry(points, {
    occurred_on: '2026-01-01',
    text: null,
    decided_by: null,
    source: { kind: 'opening', id: 1, title: null, path: null, details: [], photo_ids: [] },
  })
}

function line(given: Partial<LineOut>): LineOut {
  return {
    ...{
      code: 'C05',
      title: '承担党务',
      clause: '',
      method: 'earn',
      cap: '4.00',
      floor: '0.00',
      opening: '0.00',
      earned: '0.00',
    },
    ...{ points: '0.00', uncounted: '0.00', quantities: null, remark: null, entries: [], ...given },
  }
}

function year(lines: LineOut[], given: Partial<ExplanationOut> = {}): ExplanationOut {
  const points = lines.reduce((total, each) => total + Number(each.points), 0).toFixed(2)
  const opened = lines.reduce((total, each) => total + Number(each.opening), 0).toFixed(2)
  const section = {
    code: 'base',
    title: '基础积分',
    clause: '',
    cap: '70.00',
    opening: opened,
    earned: '0.00',
    points,
    uncounted: '0.00',
    lines,
  }
  return {
    member_id: 3,
    year: 2026,
    standard_id: 1,
    standard_title: '标准',
    total: points,
    total_cap: '100.00',
    note: null,
    sections: [section],
    still_possible: [],
    ...given,
  }
}

const missed = line({
  code: 'B01',
  method: 'deduct',
  cap: '12.00',
  opening: '12.00',
  points: '9.00',
  entries: [opening('12.00'), entry('-3.00', { text: '党员大会缺席' })],
})
const capped = line({
  points: '4.00',
  uncounted: '2.00',
  entries: [
    entry('2.00'),
    entry('2.00', { occurred_on: '2026-03-18' }),
    entry('2.00', { counted: '0.00', uncounted: '2.00' }),
  ],
})
const ratio = line({
  code: 'B07',
  method: 'ratio',
  cap: '4.00',
  points: '4.00',
  quantities: { owed: 1, attended: 1, made_up: 0, excused: 0 },
  entries: [entry('0.00', { occurred_on: '2026-05-20' })],
})

describe('a score', () => {
  const score = toScore(year([missed, capped, ratio]), NOW)

  it('tells 起始分 that is left from 已得, and they make up the total', () => {
    expect([score.initial, score.opening, score.deducted, score.earned, score.total]).toEqual([
      '12.00',
      '9.00',
      '3.00',
      '8.00',
      '17.00',
    ])
  })

  it('counts what happened this month, and ends its trend at the total', () => {
    expect(score.month).toEqual({ change: '−1.00', count: 3 })
    expect(score.trend).toEqual([1200, 1200, 1400, 1400, 1800, 1700])
  })

  it('strikes through what a cap kept out, and says which cap', () => {
    const shown = score.sections[0]?.lines[1]
    expect(shown?.summary).toBe('3 笔共 6.00，已到全年上限')
    expect(shown?.entries.map(({ struck }) => struck)).toEqual([false, false, true])
    expect(shown?.entries[2]).toMatchObject({ points: '+2.00', uncounted: '2.00', reason: '本项全年最多 4.00' })
  })

  it('names source, reviewer and clause of an entry', () => {
    const withPhotos = entry('1.00', {
      source: { kind: 'claim', id: 9, title: '讲党课', path: null, details: [], photo_ids: [1, 2] },
    })
    const shown = toScore(year([line({ entries: [withPhotos] })]), NOW).sections[0]?.lines[0]?.entries[0]
    expect(shown?.source).toBe('6 月 3 日，申报，照片 2 张，李伟审核')
    expect(shown?.basis).toBe('依据：《实施方案》二（二），标准 C05')
  })

  it('says what was owed and attended where that makes the points', () => {
    expect(score.sections[0]?.lines[2]).toMatchObject({ summary: '应到 1 次，实到 1 次' })
    const nothing = line({ method: 'ratio', remark: 'nothing_owed', quantities: NOBODY })
    expect(toScore(year([nothing]), NOW).sections[0]?.lines[0]?.summary).toBe('尚无应到')
  })

  it('leaves what was taken back out of its counts', () => {
    const taken = entry('2.00', { counted: null, uncounted: null, reversed_by: 99 })
    const back = entry('-2.00', { counted: null, uncounted: null, reverses_seq: taken.seq })
    const shown = toScore(year([line({ entries: [taken, back] })]), NOW)
    expect(shown.entryCount).toBe(0)
    expect(shown.month).toEqual({ change: '0.00', count: 0 })
    expect(shown.sections[0]?.lines[0]?.entries[1]?.title).toBe('更正：讲党课')
  })

  it('on the negative list has no total but its note', () => {
    expect(toScore(year([missed], { total: null, note: '另行通报' }), NOW)).toMatchObject({
      total: null,
      note: '另行通报',
    })
  })

  it('says what can still be earned without saying it twice', () => {
    const possible = [
      {
        item_code: 'C05',
        title: '承担党务',
        points: '4.00',
        sentence: '承担党务：每次 2 分，本年度还可得 4 分；可随时在“我要申报”中申报；由党支部登记。',
      },
    ]
    const shown = toScore(year([capped], { still_possible: possible }), NOW)
    expect(shown.possible).toBe('4.00')
    expect(shown.sections[0]?.stillPossible).toEqual([
      { code: 'C05', title: '承担党务', points: '4.00', how: '每次 2 分，由党支部登记', claimable: true },
    ])
  })
})
