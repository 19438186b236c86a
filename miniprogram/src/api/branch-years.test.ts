import { describe, expect, it } from 'vitest'

import { toStanding } from './branch-standings'
import { toBranchYear } from './branch-years'
import type { components } from './schema'

type Schemas = components['schemas']
type StepOut = Schemas['StepOut']

function step(name: StepOut['step'], given: Partial<StepOut> = {}): StepOut {
  return {
    track: 'points',
    step: name,
    title: name,
    state: 'ahead',
    who: 'secretary',
    due: null,
    due_note: null,
    late: false,
    done_at: null,
    done_by: null,
    missing: [],
    ...given,
  }
}

const DONE = { state: 'done', done_at: '2027-01-13T02:00:00Z', done_by: '李伟' } as const

const YEAR: Schemas['BranchYearOut'] = {
  organization: { id: 3, title: '教工第一党支部' },
  year: 2026,
  state: 'reported',
  stars_state: null,
  flow: 'one_round',
  cut_off: '2027-01-10',
  edition: null,
  report: {
    meeting_id: 7,
    held_on: '2027-01-14',
    expected: 28,
    present: 25,
    told: 3,
    reported_at: '2027-01-14T08:00:00Z',
  },
  correction: { owed: false, members: 0, edition_id: null, lines: 0, lacks: [] },
  publicity_id: null,
  filing_id: null,
  delegate: null,
  steps: [
    step('closing', { state: 'done', done_at: '2027-01-10T16:10:00Z', who: 'clock' }),
    step('drafted', { ...DONE, title: '形成年度结果' }),
    step('reported', { ...DONE, title: '党员大会通报' }),
    step('publicized', {
      state: 'next',
      due: '2027-03-01',
      missing: [{ kind: 'x', words: '还没有提出公示', page: null }],
    }),
    step('settled', { who: 'clock' }),
  ],
  left: [{ kind: 'claims', words: '申报待审核', count: 2, page: 'pages/review/review?organization=3', blocks: true }],
  actions: ['undo'],
  undo: [
    {
      track: 'points',
      to: 'drafted',
      title: '形成年度结果',
      falls: ['reported'],
      consequences: ['report_withdrawn'],
      words: ['党员大会通报的登记撤回，须重新登记'],
      allowed: true,
    },
    {
      track: 'points',
      to: 'closing',
      title: '停止申报',
      falls: ['reported', 'drafted'],
      consequences: ['results_withdrawn'],
      words: ['年度结果撤回'],
      allowed: false,
    },
  ],
  history: [
    {
      track: 'points',
      before: 'closing',
      after: 'drafted',
      at: '2027-01-13T02:00:00Z',
      by: '李伟',
      reason: null,
      claim_until: null,
    },
    {
      track: 'points',
      before: 'drafted',
      after: 'closing',
      at: '2027-01-13T03:00:00Z',
      by: '李伟',
      reason: '漏了一笔',
      claim_until: null,
    },
    {
      track: 'points',
      before: 'closing',
      after: 'closing',
      at: '2027-01-13T04:00:00Z',
      by: '陈静',
      reason: '支部书记住院',
      claim_until: '2027-01-15',
    },
  ],
}

describe("a branch's year", () => {
  const found = toBranchYear(YEAR)

  it('stands at the step after those that are done', () => {
    expect(found.at).toBe(4)
    expect(toBranchYear({ ...YEAR, steps: YEAR.steps.map((each) => ({ ...each, ...DONE })) }).at).toBe(5)
  })

  it('says who did a step and what came of it', () => {
    expect(found.steps[0]?.words).toBe('到时自动办理')
    expect(found.steps[2]?.words).toBe('李伟，应到 28 人，实到 25 人，另行告知 3 人')
  })

  it('says who does the next and what it lacks, of later ones only who', () => {
    expect(found.steps[3]?.words).toContain('还没有提出公示')
    expect(found.steps[4]?.words).toBe('到时自动办理')
  })

  it('offers to take back a step by the undo of which it falls first, where that is allowed', () => {
    expect(found.steps[2]?.undo).toEqual({
      track: 'points',
      to: 'drafted',
      title: '党员大会通报',
      words: ['回到“形成年度结果”', '党员大会通报的登记撤回，须重新登记'],
    })
    expect(found.steps[1]?.undo).toBeNull()
  })

  it('leads to where what is left is done', () => {
    expect(found.left[0]?.url).toBe('/pages/review/review?organization=3')
  })

  it('tells what happened, the latest first, and tells back from forth', () => {
    expect(found.history.map(({ title }) => title)).toEqual([
      expect.stringMatching(/^申报截止改为 .*1 月 15 日$/),
      '撤回到清理未办事项',
      '已生成',
    ])
  })

  it('owes nobody anything unless figures that were told have changed', () => {
    expect(found.owed).toBe(0)
    const correction = { owed: true, members: 2, edition_id: 9, lines: 1, lacks: [] }
    expect(toBranchYear({ ...YEAR, correction }).owed).toBe(2)
  })

  it('says which edition corrects, how many lines changed on show and what filing anew lacks', () => {
    const correction = { owed: false, members: 0, edition_id: 9, lines: 2, lacks: ['更正后的积分有 2 人尚未公示'] }
    expect(toBranchYear({ ...YEAR, correction })).toMatchObject({
      correctionEdition: 9,
      changedLines: 2,
      refiling: ['更正后的积分有 2 人尚未公示'],
    })
  })
})

describe('a branch from above', () => {
  const BRANCH: Schemas['BranchStandingOut'] = {
    organization: { id: 3, title: '教工第一党支部' },
    state: 'drafted',
    stars_state: null,
    next: 'reported',
    next_title: '党员大会通报',
    due: '2027-01-22',
    late: false,
    delegate: null,
    filed: false,
  }

  it('says what comes next, and who stands in', () => {
    expect(toStanding(BRANCH).words).toMatch(/^下一步：党员大会通报，.*1 月 22 日前$/)
    expect(toStanding({ ...BRANCH, delegate: '王芳' }).words).toMatch(/；王芳代办$/)
    expect(toStanding({ ...BRANCH, next_title: null, filed: true }).words).toBe('已全部办完')
  })

  it('is amber where it is late', () => {
    expect(toStanding({ ...BRANCH, late: true }).tag).toEqual({ words: '已生成，逾期', tone: 'warn' })
    expect(toStanding({ ...BRANCH, state: 'filed', filed: true }).tag).toEqual({ words: '已报备案', tone: 'ok' })
  })
})
