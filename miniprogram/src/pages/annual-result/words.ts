/** How one's result of a year stands, in a word and what it means. Pure. */
import type { PublicityItem } from '@/api/publicities'
import type { Result } from '@/api/results'

export interface Standing {
  tag: string
  tone: '' | 'live' | 'ok' | 'warn'
  /** Whether it can still change. */
  words: string
}

const OPEN = '结果尚未确定'

export function standingOf(result: Result, shown: PublicityItem | null): Standing {
  switch (result.state) {
    case 'settled':
      return { tag: '已确定', tone: '', words: '待报上级备案' }
    case 'filed':
      return { tag: '已报备案', tone: 'ok', words: '备案以后只能更正' }
    case 'archived':
      return { tag: '已备案，已归档', tone: 'ok', words: '只能查看' }
    case 'publicized':
      return { tag: shown?.words ?? '公示中', tone: shown?.phase === 'paused' ? '' : 'live', words: OPEN }
    default:
      return { tag: '已通报', tone: '', words: OPEN }
  }
}

/** A year in a few letters, for the row of years. */
export function inShort(result: Result): string {
  if (result.note) return result.note
  return result.state === 'publicized' ? '公示中' : standingOf(result, null).tag
}

/** Whether one can still turn to the branch about it, and how. */
export function howToObject(result: Result, telephone: string): string {
  const whom = `支部${telephone ? `（办公电话 ${telephone}）` : ''}`
  if (['reported', 'stars_proposed', 'stars_reviewed'].includes(result.state))
    return `对结果有异议的，请在通报后五个工作日内在下面提出，或向${whom}书面、口头提出；另有公示的，到公示最后一天 24:00 为止。`
  if (result.state === 'publicized')
    return `对结果有异议的，请在公示最后一天 24:00 前在下面提出，或向${whom}书面、口头提出。`
  return `发现结果有错的，请在下面提出，或向${whom}书面、口头提出，经核实后更正，原结果保留。`
}
