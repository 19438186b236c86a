import { expect, it, vi } from 'vitest'

type Ask = (answer: (agreed: boolean) => void) => void
const { platform, needs } = vi.hoisted(() => {
  const asks: Ask[] = []
  return { needs: asks, platform: { whenPrivacyNeeded: (ask: Ask) => asks.push(ask) } }
})
vi.mock('@/platform', () => ({ platform }))

import { answerPrivacy, privacyGuide, watchPrivacy } from './privacy'

it("WeChat's privacy guide is asked about once, and everything that waits for it gets the answer", () => {
  watchPrivacy()
  const [first, second] = [vi.fn(), vi.fn()]
  needs[0]?.(first)
  needs[0]?.(second)
  expect(privacyGuide.asks).toBe(true)
  answerPrivacy(true)
  expect(privacyGuide.asks).toBe(false)
  expect([first.mock.calls, second.mock.calls]).toEqual([[[true]], [[true]]])
  answerPrivacy(false)
  expect(first).toHaveBeenCalledTimes(1)
})
