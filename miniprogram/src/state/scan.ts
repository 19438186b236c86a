import { platform } from '@/platform'

import { CHECK_IN, open } from './arrival'
import { toast } from './say'

/** The text of a QR code, or null where none was scanned; why not has then been said. */
export async function scanned(): Promise<string | null> {
  try {
    return await platform.scan()
  } catch (error) {
    toast((error as Error).message)
    return null
  }
}

/** Scan the code of a meeting and open the page that checks in with it. */
export async function scanToCheckIn(): Promise<void> {
  const text = await scanned()
  if (text) open(`${CHECK_IN}?q=${encodeURIComponent(text)}`)
}
