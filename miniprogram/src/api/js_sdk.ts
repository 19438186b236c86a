import { api } from './client'
import type { components } from './schema'

export type PageSignature = components['schemas']['PageSignatureOut']

/** Have a page's address signed, so that WeChat's own browser lets it scan. */
export async function signPage(url: string): Promise<PageSignature> {
  return api.get('/wechat/js-sdk-signature', { query: { url } })
}
