import { reactive } from 'vue'

import type { Me } from '@/api/identity'

import { placesToHost } from './offices'

export type Tab = 'home' | 'meetings' | 'claims' | 'branch' | 'me'

export const TABS: readonly { name: Tab; title: string; icon: string; url: string }[] = [
  { name: 'home', title: '首页', icon: 'home', url: '/pages/home/home' },
  { name: 'meetings', title: '会议', icon: 'calendar', url: '/pages/meetings/meetings' },
  { name: 'claims', title: '申报', icon: 'plus', url: '/pages/claims/claims' },
  { name: 'branch', title: '支部', icon: 'branch', url: '/pages/branch/branch' },
  { name: 'me', title: '我的', icon: 'person', url: '/pages/me/me' },
]

/** The tabs that lead somewhere for this person: who is no member claims nothing, and meets only where he hosts. */
export function tabsFor(me: Me | null): typeof TABS {
  if (!me || me.memberId) return TABS
  return TABS.filter(({ name }) => name !== 'claims' && (name !== 'meetings' || placesToHost(me).length > 0))
}

/** Which tabs wear a red dot: something waits there. */
export const waiting = reactive<Record<Tab, boolean>>({
  home: false,
  meetings: false,
  claims: false,
  branch: false,
  me: false,
})
