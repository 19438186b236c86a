import { listWorthAsking, type Moment, reportAnswers } from '@/api/subscriptions'
import { platform } from '@/platform'

/**
 * Ask for consent to messages at a moment when it makes sense. WeChat lets only a tap ask, as its first call: so a page
 * `prepare`s when it opens, and its tap begins with `ask`. Neither throws, and where there is nothing to ask for
 * (a browser, enough left, no network) neither does anything: what the tap is for never waits for a refusal.
 */
export function useConsent(moment: Moment) {
  let templates: string[] = []

  async function prepare(): Promise<void> {
    if (platform.notifies) templates = await listWorthAsking(moment).catch(() => [])
  }

  async function ask(): Promise<void> {
    const asked = templates
    templates = []
    if (asked.length) await askFor(asked).catch(() => undefined)
  }

  return { prepare, ask }
}

/** Ask for these templates and report the answers; only inside a tap, as its first call. Throws ApiError. */
export async function askFor(templateIds: string[]): Promise<void> {
  const accepted = await platform.askToNotify(templateIds)
  if (accepted.length) await reportAnswers(templateIds, accepted)
}
