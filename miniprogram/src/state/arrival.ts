import { onLoad, onShow } from '@dcloudio/uni-app'

import { toast } from './say'
import { enterByPlatform, readWhoIAm, session, SIGN_IN } from './session'
import { TABS } from './tabs'

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
    if (await isSignedIn()) begin()
    else goToSignIn(query)
  })
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

/** Go where he wanted to go, or home. */
export function goOn(): void {
  const url = wanted || HOME
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
