import { computed, reactive } from 'vue'

import { readPhoto, sendPhoto } from '@/api/photos'
import { platform } from '@/platform'
import { toastError } from '@/state/say'

export const MOST_PHOTOS = 9

export interface Picture {
  src: string
  file: string
  id: number | null
  percent: number
  failed: boolean
}

/** The photos of a claim, each with its own progress and retry. `keep` is told the ids that have arrived. */
export function usePhotos(memberId: number, keep: (ids: number[]) => void) {
  const pictures = reactive<Picture[]>([])
  const sending = computed(() => pictures.filter(({ id, failed }) => id === null && !failed).length)
  const failed = computed(() => pictures.filter((each) => each.failed).length)

  async function add(): Promise<void> {
    const files = await platform.choosePhotos(MOST_PHOTOS - pictures.length).catch((error) => {
      toastError(error)
      return []
    })
    for (const file of files.slice(0, MOST_PHOTOS - pictures.length)) {
      pictures.push({ src: file, file, id: null, percent: 0, failed: false })
      const picture = pictures[pictures.length - 1]
      if (picture) send(picture)
    }
  }

  async function send(picture: Picture): Promise<void> {
    Object.assign(picture, { failed: false, percent: 0 })
    try {
      const id = await sendPhoto(memberId, picture.file, (percent) => (picture.percent = percent))
      if (pictures.some((each) => each.id === id)) remove(picture)
      picture.id = id
    } catch (error) {
      picture.failed = true
      toastError(error)
    }
    tell()
  }

  function remove(picture: Picture): void {
    const index = pictures.indexOf(picture)
    if (index >= 0) pictures.splice(index, 1)
    tell()
  }

  /** Show again what an earlier visit had sent. */
  async function restore(ids: number[]): Promise<void> {
    for (const id of ids) {
      const photo = await readPhoto(id).catch(() => null)
      if (photo) pictures.push({ src: photo.thumb, file: '', id, percent: 100, failed: false })
    }
  }

  function tell(): void {
    keep(pictures.flatMap(({ id }) => id ?? []))
  }

  return { pictures, sending, failed, add, send, remove, restore }
}
