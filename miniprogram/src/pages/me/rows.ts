/** What a member finds under 我的; a page adds itself with one line. */
export interface Row {
  icon: string
  title: string
  words?: string
  url: string
}

/** His account with the Party: points and what they rest on. */
export const RECORDS: readonly Row[] = [
  { icon: 'list', title: '积分台账', words: '每一分的来源和依据', url: '/pages/score/score' },
  { icon: 'plus', title: '我的申报', url: '/pages/claims/claims' },
  { icon: 'calendar', title: '我的会议', url: '/pages/meetings/meetings' },
]

/** Himself and his choices. */
export const CHOICES: readonly Row[] = [
  { icon: 'bell', title: '消息提醒', words: '提醒哪些事，什么时候不打扰', url: '/pages/subscriptions/subscriptions' },
  { icon: 'lock', title: '个人信息和隐私', words: '保存什么，谁看得到', url: '/pages/privacy/privacy' },
  { icon: 'box', title: '导出我的数据', words: '取走一份副本', url: '/pages/export/export' },
]
