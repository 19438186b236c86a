import { api } from './client'
import type { ApiError } from './errors'
import type { components } from './schema'

type MeOut = components['schemas']['MeOut']
type SignInOut = components['schemas']['SignInOut']
export type Role = components['schemas']['Role']

export interface Place {
  id: number
  title: string
}

export interface Office {
  role: Role
  title: string
  organization: Place
}

export interface Me {
  bound: boolean
  memberId: number | null
  name: string
  /** His 党支部, also where he is in one of its 党小组. */
  branch: Place | null
  organizations: Place[]
  offices: Office[]
  /** He has yet to agree to the privacy notice in force. */
  privacyDue: boolean
}

export interface Persona {
  code: string
  name: string
  role: string
  organization: string
}

/** Who is let in by a token. */
export interface Admission {
  token: string
  name: string
  memberId: number | null
}

/** Exchange a sign-in code for a token. */
export async function signIn(code: string): Promise<Admission> {
  return toAdmission(await api.post('/auth/wechat', { body: { code } }))
}

/** The same in WeChat's own browser, with the code that the 公众号's authorization sent him back with. */
export async function signInByOfficial(code: string): Promise<Admission> {
  return toAdmission(await api.post('/auth/official', { body: { code } }))
}

/** The same with the secret of a one-time link, made by the operator (`xianfeng login-link`). */
export async function signInByLink(secret: string): Promise<Admission> {
  return toAdmission(await api.post('/auth/link', { body: { secret } }))
}

/** Where WeChat's own browser goes for such a code, and comes back from with `state`; null without a 公众号. */
export async function whereToSignIn(state: string): Promise<string | null> {
  return (await api.get('/auth/official', { query: { state } })).address ?? null
}

export async function signOut(): Promise<void> {
  await api.post('/auth/sign-out', {})
}

export async function readMe(): Promise<Me> {
  return toMe(await api.get('/me', {}))
}

interface Claimed {
  name: string
  workNumber: string
  code: string
}

/** Bind to whom the branch issued the code for; `privacyVersion` is what he agreed to. */
export async function bindByCode({ name, workNumber, code }: Claimed, privacyVersion: number): Promise<void> {
  await api.post('/binding/activation', {
    body: { name, work_number: workNumber, code, privacy_version: privacyVersion },
  })
}

export async function bindByPhone(phoneCode: string, privacyVersion: number): Promise<void> {
  await api.post('/binding/phone', { body: { phone_code: phoneCode, privacy_version: privacyVersion } })
}

/** A member's phone number, masked; '' where none is on the roster. */
export async function readPhone(memberId: number): Promise<string> {
  return (await api.get('/members/{member_id}', { path: { member_id: memberId } })).phone ?? ''
}

/** End the binding of this person: all his phones are signed out, his records stay. */
export async function unbind(): Promise<void> {
  await api.post('/me/unbinding', {})
}

/** Whom one can be without a phone; an empty list outside the sandbox. */
export async function listPersonas(): Promise<Persona[]> {
  const { items } = await api.get('/sandbox/personas', {}).catch((error: ApiError) => {
    if (error.status === 404) return { items: [] }
    throw error
  })
  return items.map((each) => ({ ...each, organization: each.organization ?? '' }))
}

function toAdmission({ token, name, member_id }: SignInOut): Admission {
  return { token, name: name ?? '', memberId: member_id }
}

function toMe(dto: MeOut): Me {
  return {
    bound: dto.bound,
    memberId: dto.member_id,
    name: dto.name ?? '',
    branch: [...dto.organizations].reverse().find(({ title }) => !title.endsWith('党小组')) ?? null,
    organizations: dto.organizations,
    offices: dto.roles,
    privacyDue: dto.privacy_due,
  }
}
