import { describe, expect, it } from 'vitest'

import type { Me, Office } from '@/api/identity'

import { chargesOf, rowsForAll } from './duties'

const BRANCH = { id: 3, title: '教工第一党支部' }
const GENERAL = { id: 2, title: '会计学院党总支' }
const person = (...offices: Office[]): Me => ({
  bound: true,
  privacyDue: false,
  memberId: 7,
  name: '李伟',
  branch: BRANCH,
  organizations: [{ id: 1, title: '党委' }, GENERAL, BRANCH, { id: 9, title: '第一党小组' }],
  offices,
})
const titles = (me: Me) => chargesOf(me).map(({ place, duties }) => [place.title, ...duties.map(({ title }) => title)])

describe('the branch hub', () => {
  it('shows a plain member what is public and no office', () => {
    expect(chargesOf(person())).toEqual([])
    expect(rowsForAll(person()).map(({ url }) => url)).toEqual([
      '/pages/board/board?organization=3',
      '/pages/publicities/publicities?organization=3',
      '/pages/standard/standard?organization=3',
    ])
  })

  it('shows an officer his work, each organization once', () => {
    const me = person(
      { role: 'secretary', title: '支部书记', organization: BRANCH },
      { role: 'committee_member', title: '支委', organization: BRANCH },
    )
    expect(titles(me)).toEqual([
      [
        '教工第一党支部',
        '成员',
        '支部会议',
        '请假待批',
        '反映办理',
        '党费',
        '月汇总',
        '年度工作',
        '异议办理',
        '发通知',
        '群机器人',
        '未送达',
      ],
    ])
    expect(chargesOf(me).map(({ roles }) => roles)).toEqual(['支部书记、支委'])
  })

  it('shows who is above the comparison, and no dues of others', () => {
    const me = person({ role: 'general_secretary', title: '总支书记', organization: GENERAL })
    expect(titles(me)).toEqual([
      [
        '会计学院党总支',
        '支部对比',
        '各支部年度工作',
        '成员',
        '支部会议',
        '请假待批',
        '反映办理',
        '异议办理',
        '发通知',
        '未送达',
      ],
    ])
  })

  it('shows 群众代表 and administrators nothing here', () => {
    expect(
      titles(
        person(
          { role: 'representative', title: '群众代表', organization: BRANCH },
          { role: 'administrator', title: '系统管理员', organization: GENERAL },
        ),
      ),
    ).toEqual([])
  })
})
