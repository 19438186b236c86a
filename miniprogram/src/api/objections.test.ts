import { describe, expect, it, vi } from 'vitest'

import type { components } from './schema'

vi.mock('@/platform', () => ({ platform: {} }))
vi.mock('@/state/clock', () => ({ serverNow: () => new Date('2026-06-18T02:00:00Z') }))

import { byDueDay, toMatterForm, toObjection, toObjectionLine } from './objections'

type ObjectionOut = components['schemas']['ObjectionOut']

const step = { by: '张敏', at: '2026-06-18T02:00:00Z', due_on: null, counted: null, words: null }
const counted = '2 个工作日，不计 6 月 19、20、21 日'
const inquiry = {
  instance: 'first',
  organization: '教工第一党支部',
  investigator: '孙丽',
  outcome: 'dismissed',
  outcome_title: '不成立',
  finding: '属于本职工作安排。',
  corrects: false,
  why_no_correction: null,
  answered_at: '2026-06-24T02:00:00Z',
  correction: null,
  corrected_at: null,
  followed_by: null,
} as const
const submitted: ObjectionOut = {
  id: 5,
  title: '个人申报：社区志愿服务',
  year: 2026,
  subject_kind: 'rejection',
  subject_id: 41,
  organization_id: 3,
  organization: '教工第一党支部',
  status: 'submitted',
  status_title: '待受理',
  version: 1,
  told: true,
  member_id: 7,
  name: '张敏',
  words: '那天整个上午都在社区。',
  wish: '认定 1.00 分',
  via: 'app',
  late_reason: null,
  raised_at: '2026-06-18T02:00:00Z',
  due: { kind: 'admission', on: '2026-06-23', counted, overdue: false },
  to_correct: false,
  correction_due: null,
  letters: [],
  details: [{ label: '申报分值', text: '1.00' }],
  path: '/api/v1/claims/41',
  admission: {
    ours: true,
    closes_on: '2026-06-30',
    on_time: false,
    earlier_id: 3,
    answer_by: '2026-06-26',
    answer_counted: '5 个工作日',
  },
  inquiries: [],
  steps: [{ ...step, action: 'submit', title: '提出异议', due_on: '2026-06-23', counted }],
  candidates: [
    { account_id: 1, name: '孙丽', office: '副书记', in_work: 2, hand: null, reason: null },
    { account_id: 2, name: '王芳', office: '支委', in_work: 0, hand: 'decided', reason: '作出决定的人' },
  ],
  actions: ['refuse', 'assign'],
  on_behalf: [],
}
const answered: ObjectionOut = {
  ...submitted,
  status: 'answered',
  status_title: '已答复，待本人确认',
  due: { kind: 'silence', on: '2026-07-01', counted: '5 个工作日', overdue: false },
  admission: null,
  inquiries: [inquiry],
  steps: [
    ...submitted.steps,
    { ...step, action: 'assign', title: '受理，确定核查人', by: '李伟', due_on: '2026-06-23', counted },
    { ...step, action: 'answer', title: '答复', by: '孙丽', at: '2026-06-24T02:00:00Z', due_on: '2026-06-26' },
  ],
}

describe('an objection', () => {
  it('waits with the day of its admission, what was checked and who may look into it', () => {
    const shown = toObjection(submitted)
    expect([shown.tag, shown.tone, shown.kept]).toEqual(['6 月 23 日前受理', 'live', ''])
    expect(shown.url).toBe('/pages/claim/claim?id=41')
    expect(shown.admission?.checks.map(({ ok }) => ok)).toEqual([true, false, false])
    expect(shown.candidates.map(({ free, words }) => [free, words])).toEqual([
      [true, '副书记，正在核查 2 件'],
      [false, '支委，作出决定的人'],
    ])
    expect(shown.steps.map(({ title, due, ahead }) => [title, due, ahead])).toEqual([
      ['提出异议', '', false],
      ['待受理', counted, true],
    ])
  })

  it('tells the answer where it was given, and each day that had to be kept', () => {
    const shown = toObjection(answered)
    expect([shown.tag, shown.tone, shown.kept, shown.second]).toEqual(['已答复，待本人确认', 'live', '按期', false])
    expect(shown.answer).toMatchObject({ title: '不成立', by: '教工第一党支部，6 月 24 日' })
    expect(shown.steps[1]?.due).toBe(`应在 6 月 23 日前（${counted}）`)
    expect(shown.steps[2]).toMatchObject({ title: '答复：不成立', said: '属于本职工作安排。' })
  })

  it('keeps the first answer apart from the final one', () => {
    const shown = toObjection({
      ...answered,
      status: 'final',
      due: null,
      inquiries: [
        inquiry,
        { ...inquiry, instance: 'second', outcome: 'upheld', outcome_title: '成立', finding: '证明属实。' },
      ],
      steps: [
        ...answered.steps,
        { ...step, action: 'escalate', title: '提请上级专项查核', words: '没有看证明' },
        { ...step, action: 'answer', title: '答复', by: '陈静' },
      ],
    })
    expect(shown.answer?.title).toBe('成立')
    expect(shown.steps.map(({ title }) => title).slice(2)).toEqual([
      '答复：不成立',
      '提请上级专项查核',
      '专项查核认定：成立',
    ])
    expect(shown.steps[4]?.said).toBe('证明属实。')
  })

  it('says what came late, also before it came', () => {
    const late = answered.steps.map((each) => (each.action === 'answer' ? { ...each, due_on: '2026-06-23' } : each))
    expect(toObjection({ ...answered, steps: late }).kept).toBe('有逾期')
    const due = { kind: 'answer' as const, on: '2026-06-17', counted: '', overdue: true }
    expect(toObjection({ ...submitted, due })).toMatchObject({
      tone: 'warn',
      tag: '已逾期，应在 6 月 17 日前办理',
      kept: '有逾期',
    })
  })

  it('hides who objected from whom it concerns', () => {
    const shown = toObjection({ ...answered, told: false, name: null, words: null, wish: null, via: null, details: [] })
    expect([shown.facts, shown.words]).toEqual([[], ''])
  })
})

describe('lists of objections', () => {
  const line = {
    id: 5,
    title: '个人申报',
    year: 2026,
    status: 'answered' as const,
    status_title: '已答复，待本人确认',
    organization: '教工第一党支部',
    name: '张敏',
    raised_at: '2026-06-18T02:00:00Z',
    due_on: '2026-07-01',
    overdue: false,
    to_correct: false,
  }

  it('names whose it is for officers only', () => {
    expect(toObjectionLine(line, false)).toMatchObject({ title: '个人申报', words: '6 月 18 日提出，7 月 1 日前' })
    expect(toObjectionLine(line, true)).toMatchObject({
      title: '张敏：个人申报',
      words: '教工第一党支部，6 月 18 日提出，7 月 1 日前',
      tag: '已答复',
    })
    expect(toObjectionLine({ ...line, overdue: true }, true).tag).toBe('逾期')
  })

  it('begins with what is due first', () => {
    const lines = [null, '2026-07-01', '2026-06-23'].map((due_on, id) => toObjectionLine({ ...line, id, due_on }, true))
    expect(byDueDay(lines).map(({ id }) => id)).toEqual([2, 1, 0])
  })
})

describe('the form', () => {
  const matter = {
    title: '2025 年度积分',
    year: 2025,
    details: [{ label: '年度积分', text: '91.50' }],
    organization: '教工第一党支部',
    closes_on: '2026-06-30',
    needs_reason: false,
    open_id: null,
    admission_by: '2026-06-23',
    admission_counted: counted,
    answer_by: '2026-06-30',
    answer_counted: '5 个工作日',
    answer_days: 5,
    second_days: 10,
  }

  it('says the days as the server counts them', () => {
    const form = toMatterForm(matter)
    expect([form.words, form.until]).toEqual(['年度积分 91.50', '6 月 30 日 24:00 前都可以提出'])
    expect(form.terms[1]?.words).toBe('若 6 月 23 日受理，应于 6 月 30 日前答复（5 个工作日）')
  })

  it('promises no day that has passed', () => {
    expect(toMatterForm({ ...matter, needs_reason: true }).until).toBe('')
  })
})
