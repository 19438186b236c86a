/** How a list stands, in a word and a sentence. Pure. */
import type { Settlement } from '@/api/settlement'

export interface Headline {
  tag: string
  kind: '' | 'ok' | 'live' | 'warn'
  words: string
}

export function headlineOf(found: Settlement): Headline {
  if (found.cancelled) return { tag: '已取消', kind: '', words: '会议已取消，不计分。' }
  if (found.confirmed)
    return {
      tag: '已确认',
      kind: 'ok',
      words: `${found.confirmedBy}确认${found.pending ? '，正在计分' : '，已计分'}。`,
    }
  if (!found.closed)
    return { tag: '签到中', kind: 'live', words: '签到结束后才能确认。现在看到的是按目前到会情况的预览。' }
  return { tag: '待确认', kind: 'warn', words: waitingFor(found) }
}

function waitingFor({ held, settlesWhen }: Settlement): string {
  return held.length
    ? `还有 ${held.length} 人的签到待会议主持人确认，确认或不确认之后才能确认名单。`
    : `确认后缺席随即扣分。出席在 ${settlesWhen} 自动计分，不确认也计。`
}
