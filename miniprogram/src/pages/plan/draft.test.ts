import { nextTick } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import type { Planned } from '@/api/planning'

import {
  draftOf,
  emptyDraft,
  fieldOf,
  outlineOf,
  problemsOf,
  repeatBy,
  timesOf,
  titleOf,
  useDraft,
  wordsOf,
} from './draft'

vi.mock('@/platform', () => ({ platform: {} }))

const NOW = new Date('2026-06-18T06:00:00Z')
let kept: Record<string, unknown>

beforeEach(() => {
  kept = {}
  const setStorageSync = (key: string, value: unknown) => (kept[key] = value)
  vi.stubGlobal('uni', {
    setStorageSync,
    getStorageSync: (key: string) => kept[key] ?? '',
    removeStorageSync: (key: string) => delete kept[key],
  })
})

describe('a plan', () => {
  it('names itself by kind and month until someone names it', () => {
    const draft = emptyDraft(NOW)
    expect(titleOf(draft)).toBe('6 月主题党日')
    expect(titleOf({ ...draft, kind: 'lecture', day: '2026-07-01' })).toBe('7 月党课')
    expect(titleOf({ ...draft, named: true, title: ' 学习会 ' })).toBe('学习会')
  })

  it('is held by the time of Shanghai, with check-in around its beginning', () => {
    expect(timesOf({ ...emptyDraft(NOW), day: '2026-06-25', at: '14:30' })).toEqual({
      starts_at: '2026-06-25T06:30:00.000Z',
      ends_at: '2026-06-25T08:00:00.000Z',
      opens_at: '2026-06-25T06:10:00.000Z',
      late_after: '2026-06-25T06:40:00.000Z',
      closes_at: '2026-06-25T06:50:00.000Z',
    })
  })

  it('invites the branch in full, its groups, or whom one chose, and other branches in full', () => {
    const draft = { ...emptyDraft(NOW), groups: [31], people: [7], others: [4] }
    const scopes = (scope: 'all' | 'group' | 'chosen') =>
      outlineOf({ ...draft, scope }, 3, true).rosters?.map((each) => [
        each.organization_id,
        each.scope,
        each.group_ids,
        each.member_ids,
      ])
    expect(scopes('all')).toEqual([
      [3, 'all', [], []],
      [4, 'all', [], []],
    ])
    expect(scopes('group')?.[0]).toEqual([3, 'group', [31], []])
    expect(scopes('chosen')?.[0]).toEqual([3, 'chosen', [], [7]])
  })

  it('of a 总支 has a list for each branch it names, or for all below', () => {
    expect(
      outlineOf({ ...emptyDraft(NOW), others: [4] }, 2, false).rosters?.map((each) => each.organization_id),
    ).toEqual([4])
    expect(outlineOf(emptyDraft(NOW), 2, false).rosters).toBeNull()
  })

  it('leaves naming to the server until a name was written, and sends no name again that stands', () => {
    expect(wordsOf(emptyDraft(NOW)).title).toBeUndefined()
    const named = { ...emptyDraft(NOW), named: true, title: ' 专题党课 ' }
    expect(wordsOf(named).title).toBe('专题党课')
    expect(wordsOf(named, { title: '专题党课' } as Planned).title).toBeUndefined()
  })

  it.each([
    ['2026-06-25', '2026-12-31'],
    ['2026-12-25', '2027-12-31'],
  ])('that recurs from %s goes on until %s of itself', (day, until) => {
    const draft = { ...emptyDraft(NOW), day, until: day }
    repeatBy(draft, 'weekday')
    expect(draft).toMatchObject({ repeat: 'weekday', until })
  })

  it('keeps the end that was chosen', () => {
    const draft = { ...emptyDraft(NOW), day: '2026-06-25', until: '2026-08-31' }
    repeatBy(draft, 'day')
    expect(draft.until).toBe('2026-08-31')
  })

  it('says below the field what is missing', () => {
    expect(problemsOf(emptyDraft(NOW))).toEqual({ place: '请写明地点' })
    const wrong = {
      ...emptyDraft(NOW),
      place: '明德楼',
      scope: 'chosen' as const,
      repeat: 'day' as const,
      until: '2026-06-01',
    }
    expect(problemsOf(wrong)).toEqual({ people: '请选择参加的人员', repeat: '重复的截止日期不能早于首次会议' })
    expect([fieldOf('window_order'), fieldOf('not_found')]).toEqual(['window', undefined])
  })

  it('stays on the phone until it is made', async () => {
    const first = useDraft(NOW)
    first.keepAt('plan-3')
    first.draft.place = '明德楼 305'
    await nextTick()
    const again = useDraft(NOW)
    again.keepAt('plan-3')
    expect(again.draft).toMatchObject({ place: '明德楼 305', key: first.draft.key })
    again.done()
    await nextTick()
    expect(kept).toEqual({})
  })

  it('of a meeting that is there reads as it was planned', () => {
    const planned = {
      ...{ kind: 'lecture', title: '专题党课', topic: '', place: '明德楼', agenda: '', items: ['B03'] },
      ...{ startsAt: '2026-06-25T14:30:00+08:00', endsAt: '2026-06-25T16:30:00+08:00' },
      ...{
        opensAt: '2026-06-25T14:00:00+08:00',
        lateAfter: '2026-06-25T14:35:00+08:00',
        closesAt: '2026-06-25T15:00:00+08:00',
      },
    } as Planned
    expect(draftOf(planned, NOW)).toMatchObject({
      day: '2026-06-25',
      at: '14:30',
      minutes: 120,
      opens: 30,
      late: 5,
      closes: 30,
      named: true,
      items: ['B03'],
    })
  })
})
