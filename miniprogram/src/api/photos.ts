import { platform } from '@/platform'

import { api, upload } from './client'
import type { components } from './schema'

export interface Photo {
  id: number
  url: string
  thumb: string
}

/** Read a photo's addresses, good for five minutes; null once it was erased. */
export async function readPhoto(id: number): Promise<Photo | null> {
  const { url, thumb_url } = await api.get('/photos/{photo_id}', { path: { photo_id: id } })
  return url && thumb_url ? { id, url: platform.origin() + url, thumb: platform.origin() + thumb_url } : null
}

/** Send one photo of a member's; the same file sent twice is one photo. */
export async function sendPhoto(memberId: number, file: string, onProgress: (percent: number) => void): Promise<number> {
  const sent = await upload({ path: `/members/${memberId}/photos`, field: 'photo', file, onProgress })
  return (sent as components['schemas']['PhotoOut']).id
}
