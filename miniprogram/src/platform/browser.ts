import type { Ticket } from '@/api/check_in'

import { wasAsked } from './asked'
import { lighting } from './lighting'
import { beginScreen, endOpening } from './opening'
import { scaled } from './pictures'
import { DOCUMENTS, LONGEST_EDGE, PICTURES, type Platform } from './types'

const QR_EDGE = 1200
const INSIDE_WECHAT = /MicroMessenger/i
/** The address at which the app was opened; none where the code is tested, without a browser. */
const ENTRY = globalThis.location?.href ?? ''
/** Where server/console/static/check_in.js leaves a ticket for the app. */
const LEFT_BY_PAGE = 'check-in ticket'
const ELSEWHERE = '微信里不能下载文件。请点右上角“…”，选“在浏览器打开”（或“在 Safari 中打开”），登录后再下载。'
const NO_CODE = '照片里没有找到二维码，请靠近一些、对正后再拍'

/** Take query and fragment out of the address, and out of the router's note of it, from which it would write them
 * back. */
function clearAddress(): void {
  const state = window.history.state as { current?: string } | null
  const current = (state?.current ?? '').replace(/[?#].*/, '')
  window.history.replaceState({ ...state, current }, '', window.location.pathname)
}

function insideWechat(): boolean {
  return INSIDE_WECHAT.test(globalThis.navigator?.userAgent ?? '')
}

export const browser: Platform = {
  name: 'browser',
  // Written out: uni-app's images would look for a bare path below /m/.
  origin: () => window.location.origin,
  givesPhone: false,
  knowsPerson: insideWechat(),
  signInCode: () =>
    insideWechat() ? import('./wechat_browser').then(({ leaveToSignIn }) => leaveToSignIn()) : Promise.resolve(null),
  broughtCode() {
    const query = new URLSearchParams(window.location.search)
    const code = query.get('code')
    if (!code) return null
    clearAddress()
    return { code, asked: wasAsked(query.get('state')), bare: !query.has('state') }
  },
  linkSecret() {
    const secret = window.location.hash.slice(1)
    clearAddress()
    return secret
  },
  whenPrivacyNeeded: () => undefined,
  notifies: false,
  askToNotify: () => Promise.resolve([]),

  async scan() {
    const wechat =
      insideWechat() && (await import('./wechat_browser').then(({ wechatScanner }) => wechatScanner(ENTRY)))
    if (wechat) return wechat()
    const [path] = await chosen(1, ['camera'])
    if (!path) return null
    const found = await decoded(path)
    if (!found) throw new Error(NO_CODE)
    return found
  },

  handedOver() {
    const left = window.sessionStorage.getItem(LEFT_BY_PAGE)
    window.sessionStorage.removeItem(LEFT_BY_PAGE)
    return left ? (JSON.parse(left) as Ticket) : null
  },

  openFile: async (url, name) => {
    if (insideWechat() && /\.(jpe?g|png)$/i.test(name)) return void uni.previewImage({ urls: [url] })
    saveAs(url, name)
  },
  handsOver: () => '保存到这台设备',
  handOver: async (path, name) => saveAs(path, name),
  keepFile: (address, name) => saveAs(address, name),

  async choosePhotos(count) {
    return Promise.all((await chosen(count)).map(smaller))
  },

  chooseFiles: (count) =>
    new Promise((resolve) => {
      uni.chooseFile({
        count,
        extension: [...DOCUMENTS, ...PICTURES].map((ending) => '.' + ending),
        success: ({ tempFiles }) =>
          resolve((tempFiles as (File & { path: string })[]).slice(0, count).map(({ path, name }) => ({ path, name }))),
        fail: () => resolve([]),
      })
    }),

  beginScreen,
  endOpening,

  stayAwake: (on) => light(on),
}

const light = lighting()

/** WeChat's own browser drops downloads without a word: it is said where there is one that does not. */
function saveAs(address: string, name: string): void {
  if (insideWechat()) return void uni.showModal({ title: '请在浏览器打开', content: ELSEWHERE, showCancel: false })
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
}

function chosen(count: number, sourceType: string[] = ['album', 'camera']): Promise<string[]> {
  return new Promise((resolve) => {
    uni.chooseImage({
      count,
      sizeType: ['original'],
      sourceType,
      success: ({ tempFilePaths }) => resolve([...tempFilePaths].slice(0, count)),
      fail: () => resolve([]),
    })
  })
}

async function decoded(path: string): Promise<string | null> {
  const { default: jsQR } = await import('jsqr')
  const canvas = drawn(await picture(path), QR_EDGE)
  const { width, height } = canvas
  const pixels = canvas.getContext('2d')?.getImageData(0, 0, width, height)
  return (pixels && jsQR(pixels.data, width, height)?.data) || null
}

/** A JPEG no larger than needed; as it was if the browser cannot read it (HEIC): the server can. */
async function smaller(path: string): Promise<string> {
  const image = await picture(path).catch(() => null)
  if (!image || !scaled(image.naturalWidth, image.naturalHeight, LONGEST_EDGE)) return path
  return new Promise((resolve) => {
    const done = (blob: Blob | null) => resolve(blob ? URL.createObjectURL(blob) : path)
    drawn(image, LONGEST_EDGE).toBlob(done, 'image/jpeg', 0.82)
  })
}

function picture(path: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image()
    image.onload = () => resolve(image)
    image.onerror = () => reject(new Error(NO_CODE))
    image.src = path
  })
}

function drawn(image: HTMLImageElement, edge: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  const size = scaled(image.naturalWidth, image.naturalHeight, edge)
  canvas.width = size?.width ?? image.naturalWidth
  canvas.height = size?.height ?? image.naturalHeight
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height)
  return canvas
}
