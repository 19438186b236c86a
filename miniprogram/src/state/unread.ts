import { ref } from 'vue'

import { countUnread } from '@/api/inbox'

import { waiting } from './tabs'

/** How many messages of the inbox are unread, as far as is known. */
export const unread = ref(0)

/** Ask how many; without an answer it stays as it was. */
export async function readUnread(): Promise<void> {
  unread.value = await countUnread().catch(() => unread.value)
  waiting.me = unread.value > 0
}
