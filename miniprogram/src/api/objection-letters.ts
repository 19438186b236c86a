import { day, time } from '@/format/dates'

import { api, download } from './client'
import type { components } from './schema'

type LetterOut = components['schemas']['LetterOut']
export type LetterKind = components['schemas']['Letter']

/** A paper that was written to the member about their objection. */
export interface Letter {
  kind: LetterKind
  title: string
  /** How and when it arrived; empty while nothing says that the member has it. */
  arrived: string
}

export function toLetter({ letter, title, delivered_at, via_title, words }: LetterOut): Letter {
  const how = [via_title, words].filter(Boolean).join('，')
  return { kind: letter, title, arrived: delivered_at ? `${day(delivered_at)} ${time(delivered_at)} ${how}` : '' }
}

/** Fetch it; resolves to where it lies on this phone. */
export function fetchLetter(id: number, kind: LetterKind, format: 'pdf' | 'word'): Promise<string> {
  return download({ path: `/objections/${id}/letters/${kind}?format=${format}` })
}

/** Note that the member has it: by opening it themselves, or handed over by an officer, who says when and where. */
export async function noteReceipt(id: number, letter: LetterKind, words = ''): Promise<void> {
  const path = { objection_id: id, letter }
  await api.post('/objections/{objection_id}/letters/{letter}/receipt', { path, body: { words: words || null } })
}
