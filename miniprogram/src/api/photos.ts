import { platform } from '@/platform'
import { serverNow } from '@/state/clock'

import { api, upload } from './client'
import type { components } from './schema'

type PhotoOut = components['schemas']['PhotoOut']

export interface Photo {
  id: number
  url: string
  thumb: string
}

/** Read a photo's addresses, good for five minutes; null once it was erased. */
export async function readPhoto(id: number): Promise<Photo | null> {
  return toPhoto(await api.get('/photos/{photo_id}', { path: { photo_id: id } }))
}

/** Return the same photos with addresses that still open; read anew only where they have run out. */
export async function freshPhotos(photos: Photo[], now = serverNow().getTime()): Promise<Photo[]> {
  if (!photos.some(({ url }) => runsOut(url) <= now)) return photos
  return (await Promise.all(photos.map(({ id }) => readPhoto(id)))).flatMap((photo) => photo ?? [])
}

/** Take back a photo that no claim uses. */
export async function discardPhoto(id: number): Promise<void> {
  await api.delete('/photos/{photo_id}', { path: { photo_id: id } })
}

export function toPhoto({ id, url, thumb_url }: PhotoOut): Photo | null {
  return url && thumb_url ? { id, url: platform.origin() + url, thumb: platform.origin() + thumb_url } : null
}

/** Milliseconds since 1970; the server writes seconds into the address. */
function runsOut(url: string): number {
  return Number(/[?&]expires=(\d+)/.exec(url)?.[1] ?? 0) * 1000
}

/** Send one photo of a member's; the same file sent twice is one photo. */
export async function sendPhoto(
  memberId: number,
  file: string,
  onProgress: (percent: number) => void,
): Promise<number> {
  const sent = await upload({ path: `/members/${memberId}/photos`, field: 'photo', file, onProgress })
  return (sent as PhotoOut).id
}
