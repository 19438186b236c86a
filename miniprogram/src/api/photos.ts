import { platform } from '@/platform'

import { api } from './client'

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
