import { day, time } from '@/format/dates'

import { api } from './client'
import type { components } from './schema'

export type PrivacyNotice = components['schemas']['PrivacyNotice']

/** Read the privacy notice in force. */
export async function readPrivacyNotice(): Promise<PrivacyNotice> {
  return api.get('/privacy-notice', {})
}

export async function agreeToPrivacy(version: number): Promise<void> {
  await api.post('/me/privacy-consents', { body: { version } })
}

/** When this person agreed to a version of the notice, in words; '' if he did not. */
export async function readWhenAgreed(version: number): Promise<string> {
  const { items } = await api.get('/me/privacy-consents', {})
  const agreed = items.find((each) => each.version === version)
  return agreed ? `${day(agreed.agreed_at)} ${time(agreed.agreed_at)}` : ''
}
