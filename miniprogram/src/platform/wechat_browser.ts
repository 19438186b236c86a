/** What a page can do inside WeChat's own browser: learn who the person is (公众号网页授权), and scan (JS-SDK). */
import wx from 'weixin-js-sdk'

import { whereToSignIn } from '@/api/identity'
import { type PageSignature, signPage } from '@/api/js_sdk'

import { askedState } from './asked'

const PATIENCE_MS = 4000

/** Leave for the 公众号's authorization; null where there is none. */
export async function leaveToSignIn(): Promise<null> {
  const address = await whereToSignIn(askedState()).catch(() => null)
  if (!address) return null
  window.location.replace(address)
  return new Promise(() => undefined)
}

/** Return how to scan, or null where WeChat does not let us. `entry`: the address at which the app was opened. */
export async function wechatScanner(entry: string): Promise<(() => Promise<string | null>) | null> {
  for (const address of addresses(entry, window.location.href, navigator.userAgent)) {
    const signed = await signPage(address).catch(() => null)
    if (signed && (await accepts(signed))) return scan
  }
  return null
}

/**
 * What to have signed, likeliest first: WeChat on iOS goes on comparing with the address at which the app was
 * entered, elsewhere with the one it is at. Versions differ.
 * https://developers.weixin.qq.com/community/develop/article/doc/000a2e71edcf70993974cc9da6b813
 */
function addresses(entry: string, here: string, system: string): string[] {
  const both = [here, entry].map((address) => address.replace(/#.*/, ''))
  if (/iPhone|iPad|Macintosh/i.test(system)) both.reverse()
  return [...new Set(both)].filter(Boolean)
}

function accepts({ app_id, timestamp, nonce, signature }: PageSignature): Promise<boolean> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), PATIENCE_MS)
    wx.error(() => resolve(false))
    wx.config({ appId: app_id, timestamp, nonceStr: nonce, signature, jsApiList: ['scanQRCode'], openTagList: [] })
    // Once configured, `ready` no longer waits for a later page's signature; this does.
    wx.ready(() =>
      wx.checkJsApi({
        jsApiList: ['scanQRCode'],
        success: ({ checkResult }) => resolve(checkResult.scanQRCode !== false),
        fail: () => resolve(false),
      }),
    )
  })
}

function scan(): Promise<string | null> {
  return new Promise((resolve, reject) => {
    wx.scanQRCode({
      needResult: 1,
      scanType: ['qrCode'],
      success: ({ resultStr }) => resolve(resultStr),
      cancel: () => resolve(null),
      fail: () => reject(new Error('没有扫到二维码，请对准后再扫一次')),
    })
  })
}
