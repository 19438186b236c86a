import { newKey } from '@/api/client'
import { ApiError } from '@/api/errors'

/** One key for one act until it went well or was refused: sent again after the network failed, it counts once. */
export function useKey() {
  let last = { act: '', key: '' }

  return async function once<T>(act: string, send: (key: string) => Promise<T>): Promise<T> {
    if (act !== last.act) last = { act, key: newKey() }
    const mine = last
    try {
      const answer = await send(mine.key)
      if (last === mine) last = { act: '', key: '' }
      return answer
    } catch (error) {
      if (last === mine && !(error instanceof ApiError && error.temporary)) last = { act: '', key: '' }
      throw error
    }
  }
}
