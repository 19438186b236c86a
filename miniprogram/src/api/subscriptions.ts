import { api } from './client'
import type { components } from './schema'

type Preferences = components['schemas']['PushPreferencesOut']
type SubscriptionsOut = components['schemas']['SubscriptionsOut']

export type Moment = components['schemas']['Moment']
export type Occasion = components['schemas']['Occasion']

export interface Subscription {
  templateId: string
  /** What comes by it. */
  occasions: string[]
  /** How many messages are still agreed to. */
  left: number
}

export interface PushChoices {
  /** Times of day, 22:00; equal ones mean that it is never quiet. */
  quietFrom: string
  quietUntil: string
  hidesFigures: boolean
  groups: { title: string; occasions: { occasion: Occasion; title: string; muted: boolean }[] }[]
}

/** The ids of the templates worth asking for at this moment, the scarcest first. */
export async function listWorthAsking(moment: Moment): Promise<string[]> {
  return (await api.get('/me/subscriptions', { query: { moment } })).ask
}

export async function listSubscriptions(): Promise<Subscription[]> {
  return toSubscriptions(await api.get('/me/subscriptions', {}))
}

/** Report what a person answered when WeChat asked him; counts once, however often it is sent. */
export async function reportAnswers(asked: string[], accepted: string[]): Promise<Subscription[]> {
  const answers = asked.map((id) => ({ template_id: id, accepted: accepted.includes(id) }))
  return toSubscriptions(await api.post('/me/subscriptions', { body: { answers } }))
}

export async function readPushChoices(): Promise<PushChoices> {
  return toChoices(await api.get('/me/push-preferences', {}))
}

export async function choosePushes(choices: PushChoices): Promise<PushChoices> {
  const muted = choices.groups.flatMap(({ occasions }) =>
    occasions.filter((each) => each.muted).map(({ occasion }) => occasion),
  )
  const body = {
    quiet_from: choices.quietFrom,
    quiet_until: choices.quietUntil,
    hides_figures: choices.hidesFigures,
    muted,
  }
  return toChoices(await api.put('/me/push-preferences', { body }))
}

function toSubscriptions({ items }: SubscriptionsOut): Subscription[] {
  return items.map(({ template_id, occasions, balance }) => ({ templateId: template_id, occasions, left: balance }))
}

function toChoices(dto: Preferences): PushChoices {
  return { quietFrom: dto.quiet_from, quietUntil: dto.quiet_until, hidesFigures: dto.hides_figures, groups: dto.groups }
}
