import { platform } from '@/platform'
import { hearServer } from '@/state/clock'

import * as ErrorCode from './error-codes'
import { type ApiError, noAnswer, refusal } from './errors'
import { address, type Answer, type Call, type Method, type Path } from './routes'

const TIMEOUT_MS = 15_000
const UPLOAD_TIMEOUT_MS = 60_000
const RETRY_AFTER_MS = 800
/** What the server says of a token that is none any more; a used sign-in code is no reason to forget who is signed in. */
const SIGNED_OUT: string[] = [ErrorCode.not_signed_in, ErrorCode.token_expired]

let token = ''
let onSignedOut: () => void = () => undefined

/** Call the API as this person from now on; an empty token is nobody. */
export function useToken(value: string): void {
  token = value
  unsettled.clear()
}

/** Have `handler` called when the server no longer knows the token: the one in use, not one of before. */
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler
}

/** A key under which one act counts once, however often it is sent. */
export function newKey(): string {
  const part = () => Math.random().toString(36).slice(2, 12).padEnd(10, '0')
  return `${Date.now().toString(36)}-${part()}${part()}`
}

type Caller<M extends Method> = <P extends Path<M>>(path: P, call: Call<M, P>) => Promise<Answer<M, P>>

/** The API, as its document describes it: wrong paths, parameters and bodies do not compile. */
export const api = {
  get: caller('get'),
  post: caller('post'),
  put: caller('put'),
  patch: caller('patch'),
  delete: caller('delete'),
}

function caller<M extends Method>(method: M): Caller<M> {
  return ((path: string, call: Sent) => send(method, path, call)) as unknown as Caller<M>
}

type Header = Record<string, string>

interface Sent {
  path?: object
  query?: object
  body?: unknown
  key?: string
}

/** The keys of acts of which nobody knows yet how they ended: whoever sends one again sends it under its key, and it
 * counts once. */
const unsettled = new Map<string, string>()

/** Send once, and once more with the same key if no answer came. Throws ApiError. */
async function send(method: Method, path: string, call: Sent): Promise<unknown> {
  const url = address(path, call.path, call.query)
  if (method === 'get') return twice(() => exchange(method, url, authorization(), call.body))
  const act = JSON.stringify([method, url, call.body])
  const key = call.key ?? unsettled.get(act) ?? newKey()
  unsettled.set(act, key)
  try {
    const answer = await twice(() => exchange(method, url, { ...authorization(), 'Idempotency-Key': key }, call.body))
    unsettled.delete(act)
    return answer
  } catch (error) {
    if (!(error as ApiError).temporary) unsettled.delete(act)
    throw error
  }
}

function twice<T>(once: () => Promise<T>): Promise<T> {
  return once().catch((error: ApiError) => (error.offline ? after(RETRY_AFTER_MS).then(once) : Promise.reject(error)))
}

function exchange(method: Method, url: string, header: Header, body: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = settling(header, resolve, reject)
    const sentAt = Date.now()
    uni.request({
      url: platform.origin() + '/api/v1' + url,
      method: method.toUpperCase() as 'GET',
      header: { ...header, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      data: body === undefined ? undefined : JSON.stringify(body),
      timeout: TIMEOUT_MS,
      success: (answer) => {
        hearServer(answer.header as Record<string, string>, sentAt)
        settle(answer.statusCode, answer.data)
      },
      fail: () => reject(noAnswer()),
    })
  })
}

/** How a request with this header ends. */
function settling(header: Header, resolve: (body: unknown) => void, reject: (error: Error) => void) {
  return (status: number, body: unknown): void => {
    if (status >= 200 && status < 300) return resolve(body)
    const error = status ? refusal(status, body) : noAnswer()
    if (SIGNED_OUT.includes(error.code) && token && header.Authorization === authorization().Authorization)
      onSignedOut()
    reject(error)
  }
}

export interface Upload {
  path: string
  field: string
  file: string
  /** What goes with it. */
  words?: Record<string, string>
  onProgress?: (percent: number) => void
}

/** Send one file; where the server is busy, again after as long as it asks for. It knows a file it has seen, so no
 * key is needed. Throws ApiError. */
export function upload(file: Upload, tries = 3): Promise<unknown> {
  return uploadOnce(file).catch((error: ApiError) => {
    const seconds = error.detail.retry_after_seconds
    if (tries <= 1 || error.status !== 503 || typeof seconds !== 'number') throw error
    return after(seconds * 1000).then(() => upload(file, tries - 1))
  })
}

function uploadOnce({ path, field, file, words, onProgress }: Upload): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const header = authorization()
    const settle = settling(header, resolve, reject)
    const task = uni.uploadFile({
      url: platform.origin() + '/api/v1' + path,
      name: field,
      filePath: file,
      formData: words,
      header,
      timeout: UPLOAD_TIMEOUT_MS,
      success: ({ statusCode, data }) => settle(statusCode, parsed(data)),
      fail: () => reject(noAnswer()),
    })
    task.onProgressUpdate(({ progress }) => onProgress?.(progress))
  })
}

export interface Download {
  path: string
  onProgress?: (percent: number) => void
}

/** Fetch a file; resolves to where it lies on this phone until the app closes. Throws ApiError. */
export function download({ path, onProgress }: Download): Promise<string> {
  return new Promise((resolve, reject) => {
    const header = authorization()
    const settle = settling(header, (path) => resolve(path as string), reject)
    const task = uni.downloadFile({
      url: platform.origin() + '/api/v1' + path,
      header,
      timeout: UPLOAD_TIMEOUT_MS,
      success: ({ statusCode, tempFilePath }) => settle(statusCode, tempFilePath),
      fail: () => reject(noAnswer()),
    })
    task.onProgressUpdate(({ progress }) => onProgress?.(progress))
  })
}

function authorization(): Header {
  return token ? { Authorization: `Bearer ${token}` } : {}
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function after(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
