import { platform } from '@/platform'

import { open } from './arrival'
import { toast } from './say'

/** Scan the code of a meeting and open the page that checks in with it. */
export async function scanToCheckIn(): Promise<void> {
  try {
    const text = await platform.scan()
    if (text) open(`/pages/check-in/check-in?q=${encodeURIComponent(text)}`)
  } catch (error) {
    toast((error as Error).message)
  }
}
