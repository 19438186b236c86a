import type { Me, Place, Role } from '@/api/identity'
import { ABOVE, LEADERS, OFFICERS } from '@/state/place'

export interface Duty {
  icon: string
  title: string
  words: string
  url: string
}

/** An organization in which this person holds office, and what he does there. */
export interface Charge {
  place: Place
  roles: string
  duties: Duty[]
}

interface Row {
  icon: string
  title: string
  words: string
  page: string
  roles: readonly Role[]
}

const LEADERS_OF_GROUPS: readonly Role[] = ['group_leader']

const ROWS: readonly Row[] = [
  {
    icon: 'branch',
    title: '支部对比',
    words: '各支部的积分、出勤、审核和待办',
    page: 'overview',
    roles: [...ABOVE, 'inspector'],
  },
  {
    icon: 'shield',
    title: '各支部年度工作',
    words: '各支部办到哪一步，提醒逾期的',
    page: 'branch-years',
    roles: ABOVE,
  },
  {
    icon: 'people',
    title: '成员',
    words: '名册、积分、激活码',
    page: 'members',
    roles: [...OFFICERS, ...ABOVE, ...LEADERS_OF_GROUPS, 'inspector'],
  },
  {
    icon: 'calendar',
    title: '支部会议',
    words: '安排会议、签到、确认名单',
    page: 'hosting',
    roles: [...OFFICERS, ...ABOVE, ...LEADERS_OF_GROUPS],
  },
  {
    icon: 'leave',
    title: '请假待批',
    words: '准假、不准，决定可以改',
    page: 'leaves',
    roles: [...OFFICERS, ...ABOVE, ...LEADERS_OF_GROUPS],
  },
  {
    icon: 'leave',
    title: '反映办理',
    words: '受理、核实、答复师生反映',
    page: 'feedbacks',
    roles: [...OFFICERS, ...ABOVE],
  },
  { icon: 'wallet', title: '党费', words: '按月登记', page: 'dues', roles: OFFICERS },
  { icon: 'list', title: '月汇总', words: '核对、确认、公示', page: 'month', roles: OFFICERS },
  {
    icon: 'shield',
    title: '年度工作',
    words: '未办事项、通报、公示、备案',
    page: 'branch-year',
    roles: OFFICERS,
  },
  {
    icon: 'leave',
    title: '异议办理',
    words: '受理、核查、答复，代为登记',
    page: 'objections',
    roles: [...OFFICERS, ...ABOVE],
  },
  {
    icon: 'bell',
    title: '发通知',
    words: '起草、发布、看谁读了',
    page: 'notices-sent',
    roles: [...OFFICERS, ...ABOVE],
  },
  { icon: 'screen', title: '群机器人', words: '在企业微信群里提醒开会和公布', page: 'robot', roles: LEADERS },
  {
    icon: 'calendar',
    title: '放假安排',
    words: '全校一年的放假和调休',
    page: 'workdays',
    roles: ['organization_department'],
  },
  {
    icon: 'shield',
    title: '校验码接收人',
    words: '每天的账目校验码发给谁保存',
    page: 'head-officers',
    roles: ['organization_department'],
  },
  { icon: 'warn', title: '未送达', words: '消息没有送到的人', page: 'unreached', roles: [...OFFICERS, ...ABOVE] },
]

/** What this person does for the organizations in which he holds office. */
export function chargesOf(me: Me): Charge[] {
  const places = me.offices.map(({ organization }) => organization)
  const distinct = places.filter(({ id }, index) => places.findIndex((other) => other.id === id) === index)
  return distinct.map((place) => chargeAt(me, place)).filter(({ duties }) => duties.length)
}

function chargeAt(me: Me, place: Place): Charge {
  const held = me.offices.filter(({ organization }) => organization.id === place.id)
  const rows = ROWS.filter(({ roles }) => held.some(({ role }) => roles.includes(role)))
  return { place, roles: held.map(({ title }) => title).join('、'), duties: rows.map((row) => toDuty(row, place)) }
}

function toDuty({ icon, title, words, page }: Row, place: Place): Duty {
  return { icon, title, words, url: `/pages/${page}/${page}?organization=${place.id}` }
}

/** What every member finds in his branch. */
export function rowsForAll(me: Me): Duty[] {
  if (!me.branch) return []
  return [
    {
      icon: 'branch',
      title: '支部公示榜',
      words: '每月确认后公示',
      url: `/pages/board/board?organization=${me.branch.id}`,
    },
    {
      icon: 'list',
      title: '公示',
      words: '正在公示和公示过的',
      url: `/pages/publicities/publicities?organization=${me.branch.id}`,
    },
    {
      icon: 'shield',
      title: '积分标准',
      words: '每一项得多少分，依据哪一条',
      url: `/pages/standard/standard?organization=${me.branch.id}`,
    },
  ]
}
