import { download } from './client'
import { ApiError } from './errors'

export type ExportForm = 'xlsx' | 'zip'

/** Fetch everything held about a member as a file; resolves to its path. */
export async function fetchMyData(
  memberId: number,
  form: ExportForm,
  onProgress: (percent: number) => void,
): Promise<string> {
  try {
    return await download({ path: `/members/${memberId}/export?form=${form}`, onProgress })
  } catch (error) {
    const tooOften = error instanceof ApiError && error.status === 429
    throw tooOften ? new ApiError('too_often', '导出得太频繁了，请过一小时再试', 429) : error
  }
}
