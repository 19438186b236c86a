import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const SERVER = new Date('2026-06-18T16:10:00Z')
const header = { date: SERVER.toUTCString() }

let storage: Record<string, unknown>

/** The module as it is when the app is opened, with what the phone has kept. */
const opened = async () => {
  vi.resetModules()
  return import('./clock')
}

beforeEach(() => {
  vi.useFakeTimers()
  storage = {}
  vi.stubGlobal('uni', {
    getStorageSync: (key: string) => storage[key] ?? '',
    setStorageSync: (key: string, value: unknown) => (storage[key] = value),
  })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('the clock', () => {
  it.each([
    '1970-01-02T00:00:00Z',
    '2026-06-18T13:10:00Z',
    '2026-06-20T16:10:00Z',
    '2026-06-18T16:10:00Z',
    '2038-01-20T00:00:00Z',
  ])(
    "of a phone that says %s is the server's once it has been heard, and when the app is opened again",
    async (phones) => {
      vi.setSystemTime(phones)
      const first = await opened()
      expect(first.clockIsKnown()).toBe(false)
      first.hearServer(header, Date.now())
      expect(Math.abs(first.serverNow().getTime() - SERVER.getTime())).toBeLessThanOrEqual(500)
      expect((await opened()).clockIsKnown()).toBe(true)
      expect((await opened()).serverNow()).toEqual(first.serverNow())
    },
  )

  it('follows a phone whose clock was put right', async () => {
    vi.setSystemTime('1970-01-02T00:00:00Z')
    ;(await opened()).hearServer(header, Date.now())
    vi.setSystemTime(SERVER)
    const clock = await opened()
    clock.hearServer({ Date: SERVER.toUTCString() }, Date.now())
    expect(Math.abs(clock.serverNow().getTime() - SERVER.getTime())).toBeLessThanOrEqual(500)
  })

  it('reckons with how long the answer took, and does not tremble', async () => {
    vi.setSystemTime(SERVER)
    const clock = await opened()
    clock.hearServer(header, Date.now())
    const heard = storage.clock
    vi.setSystemTime(SERVER.getTime() + 3000)
    clock.hearServer(header, SERVER.getTime())
    expect(storage.clock).toBe(heard)
  })

  it.each([undefined, {}, { date: '' }, { date: 'yesterday' }, { dates: SERVER.toUTCString() }])(
    'hears nothing in %j',
    async (nothing) => {
      vi.setSystemTime('1970-01-02T00:00:00Z')
      const clock = await opened()
      clock.hearServer(nothing as Record<string, string>, Date.now())
      expect(clock.clockIsKnown()).toBe(false)
      expect(clock.serverNow().getTime()).toBe(Date.now())
    },
  )
})
