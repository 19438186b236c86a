// The compiled WeChat code on a stand-in for `wx`: what it asks of WeChat, word for word.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import { WEIXIN, wechat } from './wechat.mjs'

const built = existsSync(join(WEIXIN, 'app.json'))
let weixin

const LARGE = { width: 4000, height: 3000 }

beforeEach(() => {
  if (built) weixin = wechat()
})

describe.skipIf(!built)('the compiled app', () => {
  let platform

  beforeEach(() => {
    platform = weixin.load('platform/weixin.js').weixin
  })

  it('loads as a whole, page by page', () => {
    weixin.load('app.js')
    for (const page of JSON.parse(readFileSync(join(WEIXIN, 'app.json'), 'utf-8')).pages) weixin.load(`${page}.js`)
  })

  it('signs in with the code of wx.login', async () => {
    Object.assign(weixin.answers, { login: { code: 'wx-code' }, request: { statusCode: 200, data: { token: 't' } } })
    expect(await platform.signInCode()).toBe('wx-code')
    expect(await weixin.load('api/identity.js').signIn('wx-code')).toMatchObject({ token: 't' })
    expect(weixin.asked('request')).toMatchObject([
      {
        url: expect.stringMatching(/^https?:\/\/.+\/api\/v1\/auth\/wechat$/),
        method: 'POST',
        data: '{"code":"wx-code"}',
      },
    ])
  })

  it('scans QR codes with the camera alone; to cancel is no error', async () => {
    weixin.answers.scanCode = { result: 'https://points.example/c/x?t=1' }
    expect(await platform.scan()).toBe('https://points.example/c/x?t=1')
    expect(weixin.asked('scanCode')).toEqual([{ onlyFromCamera: true, scanType: ['qrCode'] }])
    weixin.answers.scanCode = { failure: 'cancel' }
    expect(await platform.scan()).toBeNull()
    weixin.answers.scanCode = { failure: 'unknown' }
    await expect(platform.scan()).rejects.toThrow('没有扫到二维码')
  })

  it('asks for messages and tells which were accepted', async () => {
    weixin.answers.requestSubscribeMessage = { errMsg: 'ok', scores: 'accept', notices: 'reject' }
    expect(await platform.askToNotify(['scores', 'notices'])).toEqual(['scores'])
    expect(weixin.asked('requestSubscribeMessage')).toEqual([{ tmplIds: ['scores', 'notices'] }])
  })

  it('takes files out of a chat under the names people gave them, and photos out of the album', async () => {
    Object.assign(weixin.answers, {
      showActionSheet: { tapIndex: 0 },
      chooseMessageFile: { tempFiles: [{ path: 'wxfile://a1', name: '议程.pdf', size: 9 }] },
    })
    expect(await platform.chooseFiles(2)).toEqual([{ path: 'wxfile://a1', name: '议程.pdf' }])
    expect(weixin.asked('chooseMessageFile')).toMatchObject([
      { count: 2, type: 'file', extension: expect.arrayContaining(['pdf', 'docx']) },
    ])
    Object.assign(weixin.answers, {
      showActionSheet: { tapIndex: 1 },
      chooseMedia: { tempFiles: [{ tempFilePath: 'wxfile://1' }] },
      getImageInfo: LARGE,
      compressImage: { tempFilePath: 'wxfile://small.jpg' },
    })
    expect(await platform.chooseFiles(2)).toEqual([{ path: 'wxfile://small.jpg', name: '照片 1.jpg' }])
  })

  it('chooses photos, makes them smaller and sends each with the token', async () => {
    Object.assign(weixin.answers, {
      chooseMedia: { tempFiles: [{ tempFilePath: 'wxfile://1' }] },
      getImageInfo: LARGE,
      compressImage: { tempFilePath: 'wxfile://small' },
      uploadFile: { statusCode: 201, data: '{"id":7}' },
    })
    expect(await platform.choosePhotos(3)).toEqual(['wxfile://small'])
    expect(weixin.asked('chooseMedia')).toMatchObject([{ count: 3, mediaType: ['image'], sizeType: ['original'] }])
    expect(weixin.asked('compressImage')).toMatchObject([{ src: 'wxfile://1', compressedWidth: 2000 }])
    weixin.load('api/client.js').useToken('secret')
    expect(await weixin.load('api/photos.js').sendPhoto(3, 'wxfile://small', () => {})).toBe(7)
    expect(weixin.asked('uploadFile')).toMatchObject([
      {
        name: 'photo',
        filePath: 'wxfile://small',
        url: expect.stringMatching(/\/api\/v1\/members\/3\/photos$/),
        header: { Authorization: 'Bearer secret' },
      },
    ])
  })
})

const ME = {
  bound: true,
  account_id: 1,
  member_id: 3,
  name: '张敏',
  organization: { id: 4, title: '教工第一党支部' },
  organizations: [{ id: 4, title: '教工第一党支部' }],
  roles: [],
}
const ITEM = {
  code: 'C04',
  title: '联系服务师生群众',
  clause: '二（二）',
  method: 'earn',
  points: '1.00',
  unit: '次',
  levels: [],
  evidence_note: '',
  room: '10.00',
}

const RECORD = {
  result: 'checked_in',
  state: 'present',
  via: 'qr',
  member_id: 3,
  member_name: '张敏',
  checked_in_at: '2026-11-28T14:31:00+08:00',
  meeting: {
    id: 9,
    title: '主题党日',
    kind_title: '主题党日',
    place: '实验楼',
    starts_at: '2026-11-28T14:30:00+08:00',
    ends_at: '2026-11-28T16:30:00+08:00',
  },
}
const ASKING = { ask: ['meetings'], items: [] }

/** Answer as the server would: by method and the end of the path. */
function serve(routes) {
  weixin.answers.request = ({ method, url }) => {
    const path = url.split('?')[0]
    const route = Object.keys(routes).find((each) => each.split(' ')[0] === method && path.endsWith(each.split(' ')[1]))
    return route
      ? { statusCode: 200, data: routes[route] }
      : { statusCode: 404, data: { error: { code: 'not_found', message: '没有', detail: {} } } }
  }
}

const requests = (method, end) =>
  weixin.asked('request').filter((each) => each.method === method && each.url.split('?')[0].endsWith(end))

describe.skipIf(!built)('its pages', () => {
  it('sign-in: a tap signs in with WeChat and goes home', async () => {
    weixin.answers.login = { code: 'wx-code' }
    serve({ 'POST /auth/wechat': { token: 'secret' }, 'GET /me': ME })
    const page = weixin.open('pages/sign-in/sign-in')
    await vi.waitFor(() => page.tap('微信登录'))
    await vi.waitFor(() => expect(weixin.asked('reLaunch')).toMatchObject([{ url: '/pages/home/home' }]))
    expect(weixin.asked('login')).toMatchObject([{ provider: 'weixin' }])
    expect(requests('POST', '/auth/wechat')).toMatchObject([{ data: '{"code":"wx-code"}' }])
    expect(requests('GET', '/me')).toMatchObject([{ header: { Authorization: 'Bearer secret' } }])
  })

  it('home: signs in without a word, and a scan leads to the check-in', async () => {
    Object.assign(weixin.answers, {
      login: { code: 'wx-code' },
      scanCode: { result: 'https://points.example/c/x?t=1' },
    })
    serve({ 'POST /auth/wechat': { token: 'secret' }, 'GET /me': ME })
    const page = weixin.open('pages/home/home')
    await vi.waitFor(() =>
      expect(
        requests('GET', '/members/3/score/explanation').length + requests('GET', '/members/3/score').length,
      ).toBeGreaterThan(0),
    )
    page.tap('扫码签到')
    await vi.waitFor(() =>
      expect(weixin.asked('navigateTo')).toMatchObject([
        { url: `/pages/check-in/check-in?q=${encodeURIComponent('https://points.example/c/x?t=1')}` },
      ]),
    )
    expect(weixin.asked('scanCode')).toEqual([{ onlyFromCamera: true, scanType: ['qrCode'] }])
  })

  it('check-in: exchanges what was scanned and records the member', async () => {
    Object.assign(weixin.storage, {
      clock: 0,
      token: 'secret',
      me: { bound: true, memberId: 3, name: '张敏', branch: null, organizations: [], offices: [] },
    })
    weixin.answers.requestSubscribeMessage = { errMsg: 'ok', meetings: 'accept' }
    serve({
      'POST /check-in-tickets': { ticket: 'ticket-1', meeting: {} },
      'POST /check-ins': RECORD,
      'GET /me': ME,
      'GET /me/subscriptions': ASKING,
      'POST /me/subscriptions': { items: [] },
    })
    const page = weixin.open('pages/check-in/check-in', {
      q: encodeURIComponent('https://points.example/c/abc?t=12345'),
    })
    await vi.waitFor(() => expect(requests('POST', '/check-ins')).toHaveLength(1))
    expect(requests('POST', '/check-in-tickets')[0].data).toContain('abc')
    expect(requests('POST', '/check-ins')[0]).toMatchObject({
      data: expect.stringContaining('ticket-1'),
      header: { Authorization: 'Bearer secret' },
    })
    await vi.waitFor(() =>
      expect(requests('GET', '/me/subscriptions')).toMatchObject([{ url: expect.stringContaining('moment=check_in') }]),
    )
    await vi.waitFor(() => {
      page.tap('完成')
      expect(weixin.asked('requestSubscribeMessage')).toEqual([{ tmplIds: ['meetings'] }])
    })
    await vi.waitFor(() => expect(requests('POST', '/me/subscriptions')).toHaveLength(1))
  })

  it('claim: chooses photos, sends each, and hands in what it says', async () => {
    Object.assign(weixin.storage, {
      clock: 0,
      token: 'secret',
      me: { bound: true, memberId: 3, name: '张敏', branch: null, organizations: [], offices: [] },
    })
    Object.assign(weixin.answers, {
      chooseMedia: { tempFiles: [{ tempFilePath: 'wxfile://1' }, { tempFilePath: 'wxfile://2' }] },
      getImageInfo: LARGE,
      compressImage: ({ src }) => ({ tempFilePath: `${src}-small` }),
    })
    weixin.answers.uploadFile = ({ filePath }) => ({
      statusCode: 201,
      data: JSON.stringify({ id: filePath.includes('1') ? 11 : 12 }),
    })
    serve({
      'GET /me': ME,
      'GET /members/3/claimable-items': { items: [ITEM], claim_until: '2027-01-10' },
      'POST /members/3/claims': { id: 5, title: '社区服务', status: 'submitted' },
      'GET /me/subscriptions': ASKING,
    })
    weixin.answers.requestSubscribeMessage = { errMsg: 'ok', meetings: 'reject' }
    const page = weixin.open('pages/claim-form/claim-form', { item: 'C04' })
    await vi.waitFor(() => page.emit('photo-wall', 'add'))
    await vi.waitFor(() => expect(weixin.asked('uploadFile')).toHaveLength(2))
    expect(weixin.asked('chooseMedia')).toMatchObject([{ count: 9, mediaType: ['image'], sizeType: ['original'] }])
    expect(weixin.asked('uploadFile')).toMatchObject(
      ['1', '2'].map((name) => ({
        name: 'photo',
        filePath: `wxfile://${name}-small`,
        url: expect.stringMatching(/\/api\/v1\/members\/3\/photos$/),
        header: { Authorization: 'Bearer secret' },
      })),
    )
    page.emit('claim-words', 'updateTitle', '社区服务')
    await vi.waitFor(() => {
      page.tap('提交申报')
      expect(requests('POST', '/members/3/claims')).toHaveLength(1)
    })
    expect(weixin.asked('requestSubscribeMessage')).toEqual([{ tmplIds: ['meetings'] }])
    const [{ data, header }] = requests('POST', '/members/3/claims')
    expect(JSON.parse(data)).toMatchObject({ title: '社区服务', item_code: 'C04', photo_ids: [11, 12], submit: true })
    expect(header['Idempotency-Key']).toMatch(/\S{20,}/)
  })
})
