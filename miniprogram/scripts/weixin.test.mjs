// The compiled WeChat code on a stand-in for `wx`: what it asks of WeChat, word for word.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { beforeEach, describe, expect, it } from 'vitest'

const WEIXIN = fileURLToPath(new URL('../dist/build/mp-weixin', import.meta.url))

const ASKED = ['login', 'request', 'uploadFile', 'scanCode', 'requestSubscribeMessage', 'chooseMedia', 'compressImage', 'setStorageSync', 'removeStorageSync']

let calls
let answers

/** A `wx` that keeps what it is asked and answers what the test says. */
function standIn() {
  const known = {
    getStorageSync: () => '',
    getSystemInfoSync: () => ({ platform: 'devtools', SDKVersion: '3.8.0' }),
    getAppBaseInfo: () => ({ SDKVersion: '3.8.0', language: 'zh_CN' }),
    getWindowInfo: () => ({ windowWidth: 390 }),
    getDeviceInfo: () => ({ platform: 'ios' }),
    getLaunchOptionsSync: () => ({ query: {} }),
    getEnterOptionsSync: () => ({ query: {} }),
    canIUse: () => false,
  }
  const asked = (name) => (options = {}) => {
    calls.push([name, options])
    const { failure, ...answer } = answers[name] ?? {}
    if (failure) options.fail?.({ errMsg: `${name}:fail ${failure}` })
    else queueMicrotask(() => options.success?.(answer))
    return { onProgressUpdate: (tell) => tell({ progress: 50 }) }
  }
  return Object.assign(known, Object.fromEntries(ASKED.map((name) => [name, asked(name)])))
}

/** Load compiled modules as WeChat does: each file once, with `require`. */
function loader() {
  const loaded = new Map()
  const context = createContext({ global: {}, wx: standIn(), console, setTimeout, clearTimeout, queueMicrotask, App: () => {}, Component: () => {}, Page: () => {}, Behavior: () => {}, getApp: () => ({}), getCurrentPages: () => [] })
  const load = (path) => {
    if (loaded.has(path)) return loaded.get(path).exports
    const module = { exports: {} }
    loaded.set(path, module)
    const run = runInContext(`(function (require, module, exports) {${readFileSync(path, 'utf-8')}\n})`, context, { filename: path })
    run((name) => load(resolve(dirname(path), name)), module, module.exports)
    return module.exports
  }
  return (name) => load(join(WEIXIN, name))
}

const asked = (name) => calls.filter(([called]) => called === name).map(([, { success, fail, complete, ...options }]) => options)

describe.skipIf(!existsSync(join(WEIXIN, 'app.json')))('the compiled app', () => {
  let load, weixin

  beforeEach(() => {
    calls = []
    answers = {}
    load = loader()
    weixin = load('platform/weixin.js').weixin
  })

  it('loads as a whole, page by page', () => {
    load('app.js')
    for (const page of JSON.parse(readFileSync(join(WEIXIN, 'app.json'), 'utf-8')).pages) load(`${page}.js`)
  })

  it('signs in with the code of wx.login', async () => {
    answers = { login: { code: 'wx-code' }, request: { statusCode: 200, data: { token: 't' } } }
    expect(await weixin.signInCode()).toBe('wx-code')
    expect(await load('api/identity.js').signIn('wx-code')).toBe('t')
    expect(asked('request')).toMatchObject([{ url: expect.stringMatching(/^https?:\/\/.+\/api\/v1\/auth\/wechat$/), method: 'POST', data: '{"code":"wx-code"}' }])
  })

  it('scans QR codes with the camera alone; to cancel is no error', async () => {
    answers = { scanCode: { result: 'https://points.example/c/x?t=1' } }
    expect(await weixin.scan()).toBe('https://points.example/c/x?t=1')
    expect(asked('scanCode')).toEqual([{ onlyFromCamera: true, scanType: ['qrCode'] }])
    answers = { scanCode: { failure: 'cancel' } }
    expect(await weixin.scan()).toBeNull()
    answers = { scanCode: { failure: 'unknown' } }
    await expect(weixin.scan()).rejects.toThrow('没有扫到二维码')
  })

  it('asks for messages and tells which were accepted', async () => {
    answers = { requestSubscribeMessage: { errMsg: 'ok', scores: 'accept', notices: 'reject' } }
    expect(await weixin.askToNotify(['scores', 'notices'])).toEqual(['scores'])
    expect(asked('requestSubscribeMessage')).toEqual([{ tmplIds: ['scores', 'notices'] }])
  })

  it('chooses photos, makes them smaller and sends each with the token', async () => {
    answers = { chooseMedia: { tempFiles: [{ tempFilePath: 'wxfile://1' }] }, compressImage: { tempFilePath: 'wxfile://small' }, uploadFile: { statusCode: 201, data: '{"id":7}' } }
    expect(await weixin.choosePhotos(3)).toEqual(['wxfile://small'])
    expect(asked('chooseMedia')).toMatchObject([{ count: 3, mediaType: ['image'], sizeType: ['compressed'] }])
    expect(asked('compressImage')).toMatchObject([{ src: 'wxfile://1' }])
    load('api/client.js').useToken('secret')
    expect(await load('api/photos.js').sendPhoto(3, 'wxfile://small', () => {})).toBe(7)
    expect(asked('uploadFile')).toMatchObject([{ name: 'photo', filePath: 'wxfile://small', url: expect.stringMatching(/\/api\/v1\/members\/3\/photos$/), header: { Authorization: 'Bearer secret' } }])
  })
})
