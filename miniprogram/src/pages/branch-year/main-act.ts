/** The one red act of a year's page: what comes first of what its reader may do. */
import type { YearAct } from '@/api/branch-years'

export type MainAct = Extract<YearAct, 'correct' | 'draft' | 'report' | 'publicity_approve' | 'publicity' | 'file'>

interface Main {
  act: MainAct
  title: string
  /** Asked before what others are told of at once. */
  asks?: { title: string; words: string }
}

export const MAIN: readonly Main[] = [
  { act: 'correct', title: '登记更正通报' },
  {
    act: 'draft',
    title: '形成年度结果',
    asks: { title: '形成年度结果？', words: '每人一份，数字就此冻结，不再记入本年度的积分。通报前可以写明原因撤销。' },
  },
  { act: 'report', title: '登记党员大会通报' },
  { act: 'publicity_approve', title: '查看并批准公示' },
  { act: 'publicity', title: '提出公示' },
  {
    act: 'file',
    title: '报上级备案',
    asks: { title: '报上级备案？', words: '全支部的年度结果一并上报。备案后不能撤销，有错只能更正。' },
  },
]
