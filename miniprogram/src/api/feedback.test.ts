import { describe, expect, it } from 'vitest'

import { newForm, toProgress } from './feedback'
import { toLine } from './feedback-desk'

describe('a feedback', () => {
  it('has a form of its own each time', () => {
    expect(newForm()).toMatch(/^[0-9a-f]{32}$/)
    expect(newForm()).not.toBe(newForm())
  })

  it('says how far it has come, and nobody by name', () => {
    const progress = toProgress({
      kind_title: '反映问题',
      status: 'investigating',
      status_title: '核实中',
      handled_by: '教工第一党支部',
      received_at: '2026-06-18T00:30:00+08:00',
      due: '2026-06-26',
      outcome_title: null,
      reply: null,
      steps: [{ title: '延长期限', at: '2026-06-18T00:30:00+08:00', words: '当事人外出' }],
    })
    expect(progress.words).toBe('反映问题，由教工第一党支部办理，6 月 26 日前办理下一步。')
    expect(progress.steps[0]?.said).toBe('当事人外出')
  })

  it('stands in the list as a flood with its number, and as overdue', () => {
    const line = toLine({
      id: 7,
      kind_title: '反映问题',
      status: 'submitted',
      status_title: '待受理',
      about: '教工第一党支部',
      beginning: '刷屏',
      named: false,
      received_at: '2026-06-18T00:30:00+08:00',
      due_on: '2026-06-23',
      overdue: true,
      count: 10,
      alike: true,
    })
    expect(line.folded).toBe('内容相同 10 件')
    expect(line.tag).toBe('已逾期，6 月 23 日前')
    expect(line.title).toBe('第 7 号 反映问题')
  })
})
