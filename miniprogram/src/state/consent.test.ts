import { beforeEach, describe, expect, it, vi } from 'vitest'

const { platform, listWorthAsking, reportAnswers } = vi.hoisted(() => ({
  platform: { notifies: true, askToNotify: vi.fn() },
  listWorthAsking: vi.fn(),
  reportAnswers: vi.fn(),
}))
vi.mock('@/platform', () => ({ platform }))
vi.mock('@/api/subscriptions', () => ({ listWorthAsking, reportAnswers }))

import { useConsent } from './consent'

describe('consent to messages', () => {
  beforeEach(() => {
    platform.notifies = true
    platform.askToNotify.mockReset().mockResolvedValue(['scores'])
    listWorthAsking.mockReset().mockResolvedValue(['scores', 'notices'])
    reportAnswers.mockReset().mockResolvedValue([])
  })

  it('is asked for as the first call of the tap, and the answers are reported', async () => {
    const consent = useConsent('claim_submitted')
    await consent.prepare()
    const asking = consent.ask()
    expect(platform.askToNotify).toHaveBeenCalledWith(['scores', 'notices'])
    await asking
    expect(reportAnswers).toHaveBeenCalledWith(['scores', 'notices'], ['scores'])
  })

  it('is asked for once, however often the tap is repeated', async () => {
    const consent = useConsent('check_in')
    await consent.prepare()
    await Promise.all([consent.ask(), consent.ask()])
    expect(platform.askToNotify).toHaveBeenCalledTimes(1)
  })

  it('is not asked for where nothing is worth asking, nor in a browser', async () => {
    listWorthAsking.mockResolvedValue([])
    const nothing = useConsent('month_opened')
    await nothing.prepare()
    await nothing.ask()
    platform.notifies = false
    const browser = useConsent('month_opened')
    await browser.prepare()
    await browser.ask()
    expect(listWorthAsking).toHaveBeenCalledTimes(1)
    expect(platform.askToNotify).not.toHaveBeenCalled()
  })

  it('never stands in the way: a refusal or no network is no error of the tap', async () => {
    listWorthAsking.mockRejectedValueOnce(new Error('offline'))
    const offline = useConsent('check_in')
    await offline.prepare()
    await offline.ask()
    reportAnswers.mockRejectedValue(new Error('offline'))
    const consent = useConsent('check_in')
    await consent.prepare()
    await consent.ask()
    platform.askToNotify.mockResolvedValue([])
    await consent.prepare()
    await consent.ask()
    expect(reportAnswers).toHaveBeenCalledTimes(1)
  })
})
