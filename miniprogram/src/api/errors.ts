import type { components } from './schema'

type Refusal = components['schemas']['ErrorBody']

/** Why a call failed. `code` and `message` are the API's; `offline` means no answer came, so nothing is known to have
 * happened. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
    readonly detail: Record<string, unknown> = {},
  ) {
    super(message)
    this.name = 'ApiError'
  }

  get offline(): boolean {
    return this.status === 0
  }

  /** Whether this is no final answer, so that the same call may be sent again: none came, or one that says later. */
  get temporary(): boolean {
    return this.offline || this.status === 408 || this.status === 429 || this.status >= 500
  }

  /** Whether the server understood and said no; its message says why. */
  get refused(): boolean {
    return this.status >= 400 && this.status < 500 && ![401, 408, 429].includes(this.status)
  }
}

export function noAnswer(): ApiError {
  return new ApiError('offline', '没有连上网络', 0)
}

/** What a proxy means that answers with a page of its own. */
const UNSAID: Record<number, string> = {
  413: '文件太大，没有传上去。请换小一些的照片或文件再试',
  502: '系统正在重启或维护，请稍后再试',
  503: '系统正在重启或维护，请稍后再试',
  504: '系统忙，没有及时答复，请稍后再试',
}

/** Read a refusal; a proxy's own page has no body of ours. */
export function refusal(status: number, body: unknown): ApiError {
  const error = (body as { error?: Refusal } | null)?.error
  if (!error?.code) return new ApiError('unavailable', UNSAID[status] ?? '暂时打不开，请稍后再试', status)
  return new ApiError(error.code, error.message, status, error.detail)
}

/** What to tell a person about anything that was thrown. */
export function wordsOf(error: unknown): string {
  return error instanceof ApiError ? error.message : '出了点问题，请再试一次'
}
