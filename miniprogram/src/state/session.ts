import { reactive } from 'vue'

import { useToken, whenSignedOut } from '@/api/client'
import { type Admission, type Me, readMe, signIn, signInByOfficial, signOut } from '@/api/identity'
import { platform } from '@/platform'

import { forgetShown } from './memory'
import { forget, store, stored } from './stored'
import { dropTicket } from './ticket'

export const SIGN_IN = '/pages/sign-in/sign-in'
const TOKEN = 'token'
const ME = 'me'

/** Who holds this phone, as of the last time the server was asked: pages need not wait for it, nor for a network. */
export const session = reactive({ token: stored(TOKEN, ''), me: stored<Me | null>(ME, null) })

useToken(session.token)
whenSignedOut(() => {
  forgetMe()
  void uni.reLaunch({ url: SIGN_IN })
})

/** Sign in with a code and read who that is. `exchange` is what takes such a code. Throws ApiError; whoever was
 * signed in then stays. */
export async function enter(code: string, exchange = signIn): Promise<Me> {
  return enterAs(await exchange(code))
}

/** Sign in whom the server has let in, and read who that is. */
export function enterAs({ token }: Admission): Promise<Me> {
  forgetMe()
  keep(token)
  return readWhoIAm()
}

/** Whether someone else is signed in here. */
export function wouldReplace({ name, memberId }: Admission): boolean {
  return !!session.me?.bound && (session.me.name !== name || session.me.memberId !== memberId)
}

/** Have the server forget whom it has let in, but nobody signs in as. */
export async function decline({ token }: Admission): Promise<void> {
  useToken(token)
  await signOut().catch(() => undefined)
  useToken(session.token)
}

/** Go on as whom another tab has signed in meanwhile; null if none has. Throws ApiError. */
export async function joinOtherTab(): Promise<Me | null> {
  const token = stored<string>(TOKEN, '')
  if (session.token || !token) return null
  keep(token)
  return readWhoIAm()
}

/** Sign in with the code with which WeChat's own browser came back. Throws ApiError. */
export function enterByOfficial(code: string): Promise<Me> {
  return enter(code, signInByOfficial)
}

/** Sign in without a word where the platform knows the person; null if it does not. */
export async function enterByPlatform(): Promise<Me | null> {
  const code = await platform.signInCode()
  return code ? enter(code) : null
}

/** Ask again who I am, as after binding. */
export async function readWhoIAm(): Promise<Me> {
  const me = await readMe()
  session.me = me
  store(ME, me)
  return me
}

export async function leave(): Promise<void> {
  await signOut().catch(() => undefined)
  forgetHere()
}

/** Forget the person on this phone, whom the server has signed off already. */
export function forgetHere(): void {
  dropTicket()
  forgetMe()
}

/** The signed-in member, to whom all pages of his own belong. Only pages that began with `whenSignedIn` may ask. */
export function memberId(): number {
  return session.me?.memberId ?? 0
}

function keep(token: string): void {
  session.token = token
  store(TOKEN, token)
  useToken(token)
}

function forgetMe(): void {
  session.token = ''
  session.me = null
  forget(TOKEN)
  forget(ME)
  forgetShown()
  useToken('')
}
