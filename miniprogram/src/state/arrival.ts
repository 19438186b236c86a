import { onLoad, onShow } from '@dcloudio/uni-app'

import type { Me } from '@/api/identity'

import { clockIsKnown } from './clock'
import { toast } from './say'
import { enterByPlatform, memberId, readWhoIAm, session, SIGN_IN } from './session'
import { forget, store, stored } from './stored'
import { TABS } from './tabs'
import { heldTicket } from './ticket'

export const CHECK_IN = '/pages/check-in/check-in'
const HOME = '/pages/home/home'
const ASK_FOR_CONSENT = '/pages/privacy/privacy?ask=1'
const TAB_URLS = TABS.map(({ url }) => url)

/** Where this person wanted to go before he had to sign in, or to agree. On the phone: signing in may leave the app. */
const WANTED = 'wanted'

/** Begin a page that needs a signed-in, bound person: `begin` runs when there is one, each time the page is shown. */
export function whenSignedIn(begin: () => unknown): void {
  let query: Record<string, string> = {}
  onLoad((given) => {
    query = given ?? {}
  })
  onShow(() => {
    void mayGoOn(query).then((may) => may && begin())
  })
}

/** The same for a page of the member's own, or with `member=` or `organization=` of others: who is no member is led
 * home. */
export function whenMember(begin: () => unknown): void {
  let ofOthers = false
  onLoad((given) => {
    ofOthers = Number(given?.member) > 0 || Number(given?.organization) > 0
  })
  whenSignedIn(() => {
    if (memberId() || ofOthers) return begin()
    uni.reLaunch({ url: HOME, success: () => toast('这一页只给党员本人') })
  })
}

/** Whether this page may go on; where not, he is led to what comes first, and comes back to the page with this
 * query. */
export async function mayGoOn(query: Record<string, string>): Promise<boolean> {
  const me = await whoIsSignedIn(query)
  if (!me?.bound) goFirstTo(SIGN_IN, query)
  else if (me.privacyDue) goFirstTo(ASK_FOR_CONSENT, query)
  else return true
  return false
}

/** The person signed in, if any; signs in without a word where the platform can. Pages begin when they can tell the
 * time. */
async function whoIsSignedIn(query: Record<string, string>): Promise<Me | null> {
  if (session.me?.bound && clockIsKnown()) return session.me
  if (session.token) return readWhoIAm().catch(() => session.me)
  noteWanted(query)
  const me = await enterByPlatform().catch(() => null)
  if (me?.bound) forget(WANTED)
  return me
}

/** Go to a page that comes before the one that is shown, and note where `goOn` leads. */
function goFirstTo(url: string, query: Record<string, string>): void {
  if (comesFirst(shown())) return
  noteWanted(query)
  void uni.reLaunch({ url })
}

function noteWanted(query: Record<string, string>): void {
  const page = shown()
  if (!comesFirst(page)) store(WANTED, page && withQuery(page, query))
}

/** Where he is led before anything else. A page that is gone, and hears late from the server, does not lead him away
 * again. */
function comesFirst(page: string): boolean {
  return [SIGN_IN, ASK_FOR_CONSENT].some((url) => url.split('?')[0] === page)
}

function shown(): string {
  const page = getCurrentPages().slice(-1)[0]
  return page ? `/${page.route}` : ''
}

/** Go where he wanted to go, or on with the check-in that waits for him, or home. */
export function goOn(): void {
  const url = stored<string>(WANTED, '') || (heldTicket() ? CHECK_IN : HOME)
  forget(WANTED)
  void uni.reLaunch({ url })
}

/** Of a page that is no more, or never was: an old push, a mistyped address. */
export function goHomeInstead(): void {
  uni.reLaunch({ url: HOME, success: () => toast('没有找到这个页面，已回到首页') })
}

/** Go back, or home where this page is the first: opened by its address, a browser has nowhere to go. */
export function goBack(): void {
  if (getCurrentPages().length > 1) void uni.navigateBack()
  else void uni.switchTab({ url: HOME })
}

/** Open a page: tabs are switched to, others stacked. */
export function open(url: string): void {
  if (TAB_URLS.includes(url)) void uni.switchTab({ url })
  else uni.navigateTo({ url, fail: () => toast('这一页暂时打不开') })
}

function withQuery(route: string, query: Record<string, string>): string {
  const asked = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return asked.length ? `${route}?${asked.join('&')}` : route
}
