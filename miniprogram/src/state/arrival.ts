import { onLoad, onShow } from '@dcloudio/uni-app'

import { toast } from './say'
import { enterByPlatform, readWhoIAm, session, SIGN_IN } from './session'
import { TABS } from './tabs'
import { heldTicket } from './ticket'

export const CHECK_IN = '/pages/check-in/check-in'
const HOME = '/pages/home/home'
const TAB_URLS = TABS.map(({ url }) => url)

/** Where this person wanted to go before he had to sign in. */
let wanted = ''

/** Begin a page that needs a signed-in, bound person: `begin` runs when there is one, each time the page is shown. */
export function whenSignedIn(begin: () => unknown): void {
  let query: Record<string, string> = {}
  onLoad((given) => {
    query = (given ?? {}) as Record<string, string>
  })
  onShow(async () => {
    if (await mayGoOn(query)) begin()
  })
}

/** Whether this page may go on; where not, he is led to what comes first, and comes back to the page with this query. */
export async function mayGoOn(query: Record<string, string>): Promise<boolean> {
  const signedIn = await isSignedIn()
  if (!signedIn) goToSignIn(query)
  return signedIn
}

/** Whether someone bound is signed in; signs in without a word where the platform can. */
async function isSignedIn(): Promise<boolean> {
  if (session.me?.bound) return true
  const me = await (session.token ? readWhoIAm() : enterByPlatform()).catch(() => null)
  return me?.bound ?? false
}

function goToSignIn(query: Record<string, string>): void {
  const page = getCurrentPages().slice(-1)[0]
  wanted = page ? withQuery(`/${page.route}`, query) : ''
  uni.reLaunch({ url: SIGN_IN })
}

/** Go where he wanted to go, or on with the check-in that waits for him, or home. */
export function goOn(): void {
  const url = wanted || (heldTicket() ? CHECK_IN : HOME)
  wanted = ''
  uni.reLaunch({ url })
}

/** Open a page: tabs are switched to, others stacked. */
export function open(url: string): void {
  if (TAB_URLS.includes(url)) uni.switchTab({ url })
  else uni.navigateTo({ url, fail: () => toast('这一页暂时打不开') })
}

export function withQuery(route: string, query: Record<string, string>): string {
  const asked = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return asked.length ? `${route}?${asked.join('&')}` : route
}
