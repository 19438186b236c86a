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
  { icon: 'clock', title: '历年积分', words: '每月汇总和变化', url: '/pages/history/history' },
  { icon: 'shield', title: '年度结果', words: '每年的积分和办理进度', url: '/pages/annual-result/annual-result' },
  { icon: 'leave', title: '反映情况', words: '表扬、反映问题、公示有误', url: '/pages/feedback/feedback' },
  { icon: 'leave', title: '我的异议', words: '提出异议，看办理进度', url: '/pages/objections/objections' },
  { icon: 'bell', title: '消息', words: '每一条提醒都留在这里', url: '/pages/inbox/inbox' },
  { icon: 'leave', title: '通知公告', words: '', url: '/pages/notices/notices' },
  { icon: 'calendar', title: '我的会议', url: '/pages/meetings/meetings' },
]

/** Himself and his choices. */
export const CHOICES: readonly Row[] = [
  { icon: 'bell', title: '消息提醒', words: '提醒哪些事，什么时候不打扰', url: '/pages/subscriptions/subscriptions' },
  { icon: 'lock', title: '个人信息和隐私', words: '保存什么，谁看得到', url: '/pages/privacy/privacy' },
  { icon: 'box', title: '导出我的数据', words: '取走一份副本', url: '/pages/export/export' },
]
