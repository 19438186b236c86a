import { beforeEach, describe, expect, it, vi } from 'vitest'

import { api, newKey, upload, useToken, whenSignedOut } from './client'
import type { ApiError } from './errors'

vi.mock('@/platform', () => ({ platform: { origin: () => 'https://points.example' } }))

interface Request {
  url: string
  method: string
  header: Record<string, string>
  data?: string
  success: (answer: { statusCode: number; data: unknown }) => void
  fail: () => void
}

/** What uni-app's upload is given, as far as these tests answer it. */
interface Listening {
  success: (answer: { statusCode: number; data: string }) => void
}

let sent: Request[]
let answers: ((request: Request) => void)[]

const says = (statusCode: number, data: unknown) => (request: Request) => request.success({ statusCode, data })
const silence = (request: Request) => request.fail()

beforeEach(() => {
  vi.useFakeTimers()
  sent = []
  answers = []
  const request = (call: Request) => {
    sent.push(call)
    answers.shift()?.(call)
  }
  vi.stubGlobal('uni', { request })
  useToken('')
  whenSignedOut(() => undefined)
})

/** Wait for a call that may wait itself before it tries again. */
async function settled<T>(call: Promise<T>): Promise<T | ApiError> {
  const outcome = call.catch((error: ApiError) => error)
  await vi.runAllTimersAsync()
  return outcome
}

describe('a call', () => {
  it('fills in ids and query and carries the token', async () => {
    useToken('secret')
    answers = [says(200, { items: [], next_cursor: null })]
    await api.get('/members/{member_id}/claims', {
      path: { member_id: 3 },
      query: { status: 'returned', limit: undefined },
    })
    expect(sent[0]?.url).toBe('https://points.example/api/v1/members/3/claims?status=returned')
    expect(sent[0]?.header.Authorization).toBe('Bearer secret')
    expect(sent[0]?.header['Idempotency-Key']).toBeUndefined()
  })

  it('that changes something goes with a key, and with the same one when sent again', async () => {
    answers = [silence, says(200, { bound: true })]
    await settled(
      api.post('/binding/activation', { body: { name: '张敏', work_number: 'T1', code: 'X', privacy_version: 1 } }),
    )
    expect(sent).toHaveLength(2)
    expect(sent[0]?.header['Idempotency-Key']).toMatch(/^[\w-]{20,64}$/)
    expect(sent[1]?.header['Idempotency-Key']).toBe(sent[0]?.header['Idempotency-Key'])
  })

  describe('that changes something', () => {
    const CODE = { name: '张敏', work_number: 'T1', code: 'X', privacy_version: 1 }
    const bind = (changes = {}) => settled(api.post('/binding/activation', { body: { ...CODE, ...changes } }))
    const keys = () => sent.map(({ header }) => header['Idempotency-Key'])
    const unknown: [string, ((request: Request) => void)[]][] = [
      ['no answer came', [silence, silence]],
      ['a proxy gave up', [says(504, '')]],
      ['the server failed', [says(500, { error: { code: 'internal_error', message: '系统出错', detail: {} } })]],
      ['the server was busy', [says(429, { error: { code: 'too_many_requests', message: '请稍后再试', detail: {} } })]],
    ]

    it.each(unknown)('keeps its key where %s, so that sent again it counts once', async (_, ends) => {
      answers = [...ends, says(200, {}), says(200, {})]
      await bind()
      await bind()
      expect(new Set(keys()).size).toBe(1)
      await bind()
      expect(new Set(keys()).size).toBe(2)
    })

    it('takes a new key once it was refused', async () => {
      const refused = says(422, { error: { code: 'binding_refused', message: '姓名不正确', detail: {} } })
      answers = [refused, refused]
      await bind()
      await bind()
      expect(new Set(keys()).size).toBe(2)
    })

    it('is another act with other words, and for another person', async () => {
      answers = [silence, silence, silence, silence, silence, silence]
      await bind()
      await bind({ code: 'Y' })
      useToken('of another')
      await bind()
      expect(new Set(keys()).size).toBe(3)
    })
  })

  it('keeps the key that the page gave it', async () => {
    answers = [says(200, {})]
    await api.post('/binding/activation', {
      body: { name: '张敏', work_number: 'T1', code: 'X', privacy_version: 1 },
      key: 'draft-7',
    })
    expect(sent[0]?.header['Idempotency-Key']).toBe('draft-7')
  })

  it('that got no answer twice is offline', async () => {
    answers = [silence, silence]
    const error = (await settled(api.get('/me', {}))) as ApiError
    expect(error).toMatchObject({ code: 'offline', status: 0, offline: true, temporary: true })
  })

  it('that is refused is not sent again, and says why', async () => {
    answers = [says(409, { error: { code: 'check_in_closed', message: '签到已结束', detail: { closed_at: '14:45' } } })]
    const error = (await settled(api.get('/me', {}))) as ApiError
    expect(sent).toHaveLength(1)
    expect(error).toMatchObject({
      code: 'check_in_closed',
      message: '签到已结束',
      status: 409,
      detail: { closed_at: '14:45' },
      offline: false,
    })
  })

  it("that meets a proxy's own page is told in our words", async () => {
    answers = [says(502, '<h1>Bad Gateway</h1>')]
    expect(await settled(api.get('/me', {}))).toMatchObject({ code: 'unavailable', status: 502, temporary: true })
  })

  it('with a token the server no longer knows signs out; without one it does not', async () => {
    const signedOut = vi.fn()
    whenSignedOut(signedOut)
    const refused = says(401, { error: { code: 'not_signed_in', message: '请先登录', detail: {} } })
    answers = [refused, refused]
    await settled(api.get('/me', {}))
    expect(signedOut).not.toHaveBeenCalled()
    useToken('old')
    await settled(api.get('/me', {}))
    expect(signedOut).toHaveBeenCalledOnce()
  })

  it.each([
    ['a used sign-in code', 401, { error: { code: 'wechat_code_invalid', message: '登录码无效', detail: {} } }],
    ['a spent link', 422, { error: { code: 'link_spent', message: '登录链接已经用过', detail: {} } }],
    ["a proxy's own sign-in", 401, '<h1>Unauthorized</h1>'],
    ['too many failures', 429, { error: { code: 'too_many_requests', message: '请 42 秒后再试', detail: {} } }],
    ['a role that may not', 403, { error: { code: 'forbidden', message: '您的角色不能进行这项操作', detail: {} } }],
  ])('that meets %s leaves who is signed in', async (_what, status, body) => {
    const signedOut = vi.fn()
    whenSignedOut(signedOut)
    useToken('good')
    answers = [says(status, body)]
    await settled(api.post('/auth/official', { body: { code: 'used' } }))
    expect(signedOut).not.toHaveBeenCalled()
  })

  it('of a session before this one signs nobody out, however late it is refused', async () => {
    const signedOut = vi.fn()
    whenSignedOut(signedOut)
    useToken('of yesterday')
    const late = settled(api.get('/me', {}))
    useToken('of today')
    sent[0]?.success({ statusCode: 401, data: { error: { code: 'token_expired', message: '登录已过期', detail: {} } } })
    expect(await late).toMatchObject({ code: 'token_expired' })
    expect(signedOut).not.toHaveBeenCalled()
  })
})

it('no two keys are alike', () => {
  expect(new Set(Array.from({ length: 1000 }, newKey)).size).toBe(1000)
})

it('an upload tells how far it is and reads the answer', async () => {
  const progress: number[] = []
  const uploadFile = vi.fn(({ success }: Listening) => {
    queueMicrotask(() => success({ statusCode: 201, data: '{"id": 7}' }))
    return { onProgressUpdate: (tell: (at: { progress: number }) => void) => tell({ progress: 62 }) }
  })
  vi.stubGlobal('uni', { uploadFile })
  useToken('secret')
  const answer = upload({
    path: '/members/3/photos',
    field: 'photo',
    file: 'blob:1',
    onProgress: (percent) => progress.push(percent),
  })
  expect(await answer).toEqual({ id: 7 })
  expect(progress).toEqual([62])
  expect(uploadFile.mock.calls[0]?.[0]).toMatchObject({
    name: 'photo',
    filePath: 'blob:1',
    header: { Authorization: 'Bearer secret' },
  })
})

it('an upload to a busy server is sent again after as long as it asks for, and in the end says why not', async () => {
  vi.useFakeTimers()
  const busy = {
    statusCode: 503,
    data: JSON.stringify({
      error: { code: 'photo_busy', message: '上传照片的人较多，请稍后再试', detail: { retry_after_seconds: 3 } },
    }),
  }
  const at: number[] = []
  const began = Date.now()
  const uploadFile = vi.fn(({ success }: Listening) => {
    at.push((Date.now() - began) / 1000)
    queueMicrotask(() => success(busy))
    return { onProgressUpdate: () => undefined }
  })
  vi.stubGlobal('uni', { uploadFile })
  const refused = upload({ path: '/members/3/photos', field: 'photo', file: 'blob:1' }).catch(
    (error: ApiError) => error,
  )
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await refused).toMatchObject({ code: 'photo_busy', message: '上传照片的人较多，请稍后再试' })
  expect(at).toEqual([0, 3, 6])
  vi.useRealTimers()
})
