import { describe, expect, it } from 'vitest'

import { toCorrection } from './objection-corrections'

const upheld = {
  kind: 'claim',
  place: '个人申报：无偿献血',
  words: '未通过，改为认定 1.00 分',
  remedy: {
    points: '1.00',
    attendance: null,
    paid_on: null,
    times: null,
    document_number: null,
    decided_on: null,
  },
  choices: [],
  components: [],
  figures: [{ label: '年度累计（至今）', before: '58.50', after: '59.50' }],
  in_steps: false,
  to_correct: true,
  due: null,
  may_act: true,
  refusal: null,
  version: 3,
} as const

describe('the correction of what was upheld', () => {
  it('is filled in, with figures before and after', () => {
    const shown = toCorrection({ ...upheld, choices: [], components: [], figures: [...upheld.figures] })
    expect(shown).toMatchObject({ place: '个人申报：无偿献血', points: '1.00', mayAct: true, refusal: '' })
    expect(shown.figures).toEqual([{ label: '年度累计（至今）', before: '58.50', after: '59.50' }])
  })

  it('asks for an entry where a month or a year consists of several', () => {
    const shown = toCorrection({
      ...upheld,
      ...{ kind: null, place: null, words: null, remedy: null, may_act: false, refusal: '请选择要更正的一笔' },
      choices: [{ value: 'present', title: '出席' }],
      components: [{ seq: 7, title: '参加主题党日', on: '2026-06-18', points: '-2.00' }],
      figures: [],
    })
    expect([shown.place, shown.points, shown.refusal]).toEqual(['', null, '请选择要更正的一笔'])
    expect(shown.choices).toEqual([{ key: 'present', title: '出席' }])
    expect(shown.components[0]).toMatchObject({ seq: 7, title: '参加主题党日' })
    expect(shown.components[0]?.words).toContain('2.00 分')
  })
})
