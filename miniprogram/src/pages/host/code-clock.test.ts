import { describe, expect, it } from 'vitest'

import type { Screen } from '@/api/screen'

import { type Held, hold, lastsAlone, lastStep, shownAt } from './code-clock'

const BEGIN = Date.parse('2026-06-18T06:50:00Z')
const STEP = 10_000
const BEHIND = 7_000
/** The phone's clock is seven seconds slow. */
const phone = (server: number) => server - BEHIND

function answer(now: number, first: number, count: number, changes: Partial<Screen> = {}): Screen {
  const codes = Array.from({ length: count }, (_, index) => first + index).map((step) => ({
    step,
    from: BEGIN + step * STEP,
    until: BEGIN + (step + 1) * STEP,
    digits: `000 00${step}`,
    size: 33,
    path: `M${step} 0.5h1`,
  }))
  return { now, phase: 'open', opensAt: BEGIN, closesAt: BEGIN + 30 * 60_000, tally: '', codes, ...changes }
}

function heard(now = BEGIN, first = 0, count = 7, changes: Partial<Screen> = {}): Held {
  return hold(null, answer(now, first, count, changes), phone(now), phone(now))
}

function stepAt(held: Held, server: number): number | string {
  const shown = shownAt(held, phone(server))
  return shown.kind === 'code' ? shown.code.step : shown.kind
}

describe('the code on the phone', () => {
  it('changes at the very second of the server, whatever the phone takes the time to be', () => {
    const held = heard()
    expect([0, 9_999, 10_000, 25_000].map((after) => stepAt(held, BEGIN + after))).toEqual([0, 0, 1, 2])
  })

  it('counts down to the next one', () => {
    const left = (after: number) => (shownAt(heard(), phone(BEGIN + after)) as { secondsLeft: number }).secondsLeft
    expect([left(0), left(3_200), left(9_999)]).toEqual([10, 7, 1])
  })

  it('goes on for a minute without network and then shows none rather than an expired one', () => {
    const held = heard()
    expect([59_999, 69_999, 70_000, 300_000].map((after) => stepAt(held, BEGIN + after))).toEqual([
      5,
      6,
      'none',
      'none',
    ])
  })

  it('is shown from the opening until the closing, both by the server', () => {
    const held = heard(BEGIN - 20_000, 0, 7, { phase: 'planned', closesAt: BEGIN + 15_000 })
    expect([-1, 0, 15_000, 15_001].map((after) => stepAt(held, BEGIN + after))).toEqual(['early', 0, 1, 'ended'])
  })

  it('is gone at once when check-in was ended, though later codes were in hand', () => {
    const ended = hold(
      heard(),
      answer(BEGIN + 5_000, 0, 0, { phase: 'closed' }),
      phone(BEGIN + 5_000),
      phone(BEGIN + 5_000),
    )
    expect(stepAt(ended, BEGIN + 5_000)).toBe('ended')
    expect(ended.codes).toEqual([])
  })

  it('is asked for from the last one in hand, and those that are over are let go', () => {
    const first = heard()
    expect([lastStep(null), lastStep(first)]).toEqual([undefined, 6])
    const now = BEGIN + 32_000
    const held = hold(first, answer(now, 7, 3), phone(now), phone(now))
    expect(held.codes.map(({ step }) => step)).toEqual([3, 4, 5, 6, 7, 8, 9])
  })

  it('comes anew when check-in was opened again', () => {
    const now = BEGIN + 50_000
    const ended = hold(heard(), answer(now, 0, 0, { phase: 'closed' }), phone(now), phone(now))
    expect(stepAt(hold(ended, answer(now, 5, 7), phone(now), phone(now)), now)).toBe(5)
  })

  it('knows the server by the middle between question and answer', () => {
    const held = hold(null, answer(BEGIN + 1_000, 0, 7), phone(BEGIN), phone(BEGIN + 2_000))
    expect(held.skew).toBe(BEHIND)
  })

  it('says how long it lasts only once the network is gone', () => {
    const held = heard()
    expect([8_000, 8_001, 60_000, 90_000].map((after) => lastsAlone(held, phone(BEGIN + after)))).toEqual([
      null,
      61,
      10,
      0,
    ])
  })
})
