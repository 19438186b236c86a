import { platform } from '@/platform'

import { toast } from './say'

/** Scan the code of a meeting and open the page that checks in with it. */
export async function scanToCheckIn(): Promise<void> {
  try {
    const text = await platform.scan()
    if (text) uni.navigateTo({ url: `/pages/check-in/check-in?q=${encodeURIComponent(text)}` })
  } catch (error) {
    toast((error as Error).message)
  }
}
