import { computed, reactive } from 'vue'

import { discardPhoto, readPhoto, sendPhoto } from '@/api/photos'
import { platform } from '@/platform'
import { toastError } from '@/state/say'

export const MOST_PHOTOS = 9

export interface Picture {
  key: number
  src: string
  file: string
  id: number | null
  percent: number
  failed: boolean
  /** A claim of the server's has it already: taking it off the wall does not throw it away. */
  used: boolean
}

/** Photos of a member's, each with its own progress and retry. `keep` is told the ids that have arrived. */
export function usePhotos(member: () => number, keep: (ids: number[]) => void) {
  const pictures = reactive<Picture[]>([])
  const sending = computed(() => pictures.filter(({ id, failed }) => id === null && !failed).length)
  const failed = computed(() => pictures.filter((each) => each.failed).length)
  const underWay = new Set<Promise<void>>()
  let last = 0

  async function add(): Promise<void> {
    const files = await platform.choosePhotos(MOST_PHOTOS - pictures.length).catch((error) => {
      toastError(error)
      return []
    })
    for (const file of files.slice(0, MOST_PHOTOS - pictures.length)) {
      void send(push({ src: file, file, id: null }))
    }
  }

  function push(given: Pick<Picture, 'src' | 'file' | 'id'> & { used?: boolean }): Picture {
    const picture = reactive({ key: ++last, percent: 0, failed: false, used: false, ...given })
    pictures.push(picture)
    return picture
  }

  function send(picture: Picture): Promise<void> {
    const way = upload(picture).finally(() => underWay.delete(way))
    underWay.add(way)
    return way
  }

  async function upload(picture: Picture): Promise<void> {
    Object.assign(picture, { failed: false, percent: 0 })
    try {
      const id = await sendPhoto(member(), picture.file, (percent) => (picture.percent = percent))
      arrive(picture, id)
    } catch (error) {
      picture.failed = true
      toastError(error)
    }
    tell()
  }

  /** The same file twice is one photo; one that was taken off the wall meanwhile is not wanted any more. */
  function arrive(picture: Picture, id: number): void {
    const twin = pictures.some((each) => each.id === id)
    const wanted = pictures.includes(picture)
    if (twin) drop(picture)
    else if (!wanted) discardPhoto(id).catch(() => undefined)
    picture.id = id
  }

  function remove(picture: Picture): void {
    drop(picture)
    // The server lets go of photos that nobody uses in time; this only does it at once.
    if (picture.id !== null && !picture.used) discardPhoto(picture.id).catch(() => undefined)
    tell()
  }

  function drop(picture: Picture): void {
    const index = pictures.indexOf(picture)
    if (index >= 0) pictures.splice(index, 1)
  }

  /** Send once more all that did not arrive. */
  function again(): void {
    for (const picture of pictures.filter((each) => each.failed)) void send(picture)
  }

  /** Wait until each photo has arrived or failed. */
  async function settled(): Promise<void> {
    while (underWay.size) await Promise.all(underWay)
  }

  /** Show what was sent before. One that cannot be read now, without a network, keeps its place. */
  async function restore(ids: number[], used: boolean): Promise<void> {
    const sources = await Promise.all(
      ids.map((id) =>
        readPhoto(id).then(
          (photo) => photo?.thumb ?? null,
          ({ status }) => (status === 404 ? null : ''),
        ),
      ),
    )
    ids.forEach((id, index) => {
      const src = sources[index]
      if (src !== null && src !== undefined) push({ src, file: '', id, used })
    })
    tell()
  }

  function tell(): void {
    keep(pictures.flatMap(({ id }) => id ?? []))
  }

  return { pictures, sending, failed, add, push, send, again, settled, remove, restore }
}
