import { beforeEach, describe, expect, it, vi } from 'vitest'

import { refusal } from '@/api/errors'

import { accepted } from './consents'
import { lighting } from './lighting'
import { scaled } from './pictures'

vi.mock('weixin-js-sdk', () => ({ default: wx }))
vi.mock('@/api/js_sdk', () => ({
  signPage: (url: string) => Promise.resolve({ app_id: 'wx1', timestamp: 1, nonce: 'n', signature: url }),
}))
vi.mock('@/api/identity', () => ({ whereToSignIn: () => Promise.resolve(null) }))

/** WeChat's own browser, which compares signatures with one address. */
const wx = vi.hoisted(() => ({
  compares: '',
  tried: [] as string[],
  failed: (): void => undefined,
  error(handler: () => void) {
    this.failed = handler
  },
  config({ signature }: { signature: string }) {
    this.tried.push(signature)
    if (signature !== this.compares) this.failed()
  },
  ready(handler: () => void) {
    if (this.tried[this.tried.length - 1] === this.compares) handler()
  },
  checkJsApi: ({ success }: { success: (answer: { checkResult: object }) => void }) =>
    success({ checkResult: { scanQRCode: true } }),
}))

describe('consent', () => {
  it.each([
    ['accept', true],
    ['acceptWithAudio', true],
    ['acceptWithAlert', true],
    ['acceptWithForcePush', true],
    ['acceptWithSomethingNew', true],
    ['reject', false],
    ['ban', false],
    ['filter', false],
    ['', false],
    [undefined, false],
    ['notaccept', false],
  ])('%s', (said, counts) => {
    expect(accepted(['t1', 't2'], { errMsg: 'requestSubscribeMessage:ok', t1: said, t3: 'accept' })).toEqual(
      counts ? ['t1'] : [],
    )
  })
})

describe('a picture', () => {
  it.each([
    [1080, 720, null],
    [2000, 2000, null],
    [4000, 3000, { width: 2000, height: 1500 }],
    [3000, 4000, { width: 1500, height: 2000 }],
    [1170, 2532, { width: 924, height: 2000 }],
    [100000, 1, { width: 2000, height: 1 }],
    [0, 0, null],
    [NaN, NaN, null],
  ])('of %i × %i', (width, height, size) => expect(scaled(width, height, 2000)).toEqual(size))
})

describe('the page WeChat compares a signature with', () => {
  const entry = 'https://a.cn/m/?push=1#x'
  const here = 'https://a.cn/m/pages/check-in/check-in'
  beforeEach(() => {
    wx.tried = []
    vi.stubGlobal('window', { location: { href: here } })
  })

  it.each([
    ['iPhone', 'https://a.cn/m/?push=1', 1],
    ['iPhone', here, 2],
    ['Linux; Android 14', here, 1],
    ['Linux; Android 14', 'https://a.cn/m/?push=1', 2],
    ['Macintosh', 'https://a.cn/m/?push=1', 1],
    ['OpenHarmony', 'https://a.cn/m/?push=1', 2],
  ])('on %s is %s', async (userAgent, compares, tries) => {
    vi.stubGlobal('navigator', { userAgent })
    wx.compares = compares
    const { wechatScanner } = await import('./wechat_browser')
    expect(await wechatScanner(entry)).toBeTypeOf('function')
    expect(wx.tried).toHaveLength(tries)
  })

  it('may be none of both, and is tried no oftener than there are addresses', async () => {
    vi.stubGlobal('navigator', { userAgent: 'iPhone' })
    wx.compares = 'another'
    const { wechatScanner } = await import('./wechat_browser')
    expect(await wechatScanner(here)).toBeNull()
    expect(wx.tried).toEqual([here])
  })
})

describe('the screen', () => {
  let seen: string
  let hidden: () => void
  const asked = vi.fn(() => Promise.resolve({ release: () => Promise.resolve() }))
  beforeEach(() => {
    seen = 'visible'
    asked.mockClear()
    vi.stubGlobal('navigator', { wakeLock: { request: asked } })
    vi.stubGlobal('document', {
      get visibilityState() {
        return seen
      },
      addEventListener: (_: string, handler: () => void) => (hidden = handler),
    })
  })

  it('is asked to stay lit again each time the page shows, as long as it is wanted', () => {
    const light = lighting()
    light(true)
    for (const state of ['hidden', 'visible', 'hidden', 'visible']) {
      seen = state
      hidden()
    }
    expect(asked).toHaveBeenCalledTimes(3)
    light(false)
    hidden()
    expect(asked).toHaveBeenCalledTimes(3)
  })

  it('may go dark where a browser has no such thing', () => {
    vi.stubGlobal('navigator', {})
    expect(() => lighting()(true)).not.toThrow()
  })
})

describe("a proxy's own page", () => {
  it.each([
    [413, '文件太大'],
    [502, '重启或维护'],
    [503, '重启或维护'],
    [504, '没有及时答复'],
    [500, '暂时打不开'],
    [418, '暂时打不开'],
  ])('of %i', (status, words) => {
    for (const body of ['<html><h1>nginx</h1></html>', null, '', {}, { error: 'x' }])
      expect(refusal(status, body).message).toContain(words)
  })

  it('does not hide what we say ourselves', () => {
    expect(refusal(413, { error: { code: 'too_large', message: '最多 10 MB', detail: {} } }).message).toBe('最多 10 MB')
  })
})
