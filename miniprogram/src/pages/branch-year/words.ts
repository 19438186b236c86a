/** How a branch's year stands, in a word and a colour. Pure. */
import { type BranchYear, STATE_TITLES } from '@/api/branch-years'
import { FILING_TITLES, type Filing } from '@/api/filings'
import type { PublicityItem } from '@/api/publicities'

export interface Tag {
  words: string
  tone: '' | 'live' | 'ok' | 'warn'
}

/** What stands above a year: the publicity and the filing say more than the state alone. */
export function tagsOf(year: BranchYear, shown: PublicityItem | null, filing: Filing | null): Tag[] {
  const now = tagOf(year, shown, filing)
  return year.late ? [now, { words: '已逾期', tone: 'warn' }] : [now]
}

function tagOf(year: BranchYear, shown: PublicityItem | null, filing: Filing | null): Tag {
  if (filing?.status === 'returned') return { words: FILING_TITLES.returned, tone: 'warn' }
  if (filing && year.state === 'filed')
    return filing.status === 'received'
      ? { words: FILING_TITLES.received, tone: 'ok' }
      : { words: '已报备案，待收悉', tone: '' }
  if (shown?.phase === 'proposed') return { words: '公示待批准', tone: 'live' }
  if (year.state === 'publicized' && shown) return { words: shown.words, tone: shown.phase === 'running' ? 'live' : '' }
  if (year.state === 'closing') return closing(year)
  return { words: STATE_TITLES[year.state], tone: '' }
}

function closing({ left }: BranchYear): Tag {
  const count = left.filter(({ blocks }) => blocks).reduce((sum, each) => sum + each.count, 0)
  return { words: count ? `清理中，还剩 ${count} 件` : '已清理，待形成年度结果', tone: 'live' }
}
