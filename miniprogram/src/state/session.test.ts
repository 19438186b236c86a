import { beforeEach, expect, it, vi } from 'vitest'

import type { Admission, Me } from '@/api/identity'

interface Told {
  known: Map<string, unknown>
  used: string[]
  server: { me: unknown; admission: unknown }
}

const { known, used, server } = vi.hoisted((): Told => ({
  known: new Map(),
  used: [],
  server: { me: null, admission: null },
}))
vi.mock('@/platform', () => ({ platform: {} }))
vi.mock('@/api/client', () => ({ useToken: (token: string) => used.push(token), whenSignedOut: () => undefined }))
vi.mock('@/api/identity', () => ({
  readMe: async () => server.me,
  signIn: async () => {
    if (!server.admission) throw new Error('code used')
    return server.admission
  },
  signInByOfficial: async () => {
    throw new Error('code used')
  },
  signOut: async () => used.push('signed out'),
}))
vi.stubGlobal('uni', {
  getStorageSync: (key: string) => known.get(key) ?? '',
  setStorageSync: (key: string, value: unknown) => known.set(key, value),
  removeStorageSync: (key: string) => known.delete(key),
})

const { decline, enter, enterByOfficial, joinOtherTab, session, wouldReplace } = await import('./session')

const me = (name: string, memberId: number | null = 1, bound = true) => ({ name, memberId, bound }) as Me
const let_in = (name: string, memberId: number | null = 1): Admission => ({ token: `of ${name}`, name, memberId })

beforeEach(async () => {
  known.clear()
  server.admission = let_in('张敏')
  server.me = me('张敏')
  await enter('good')
  used.length = 0
})

it('a code that was used already leaves who is signed in', async () => {
  server.admission = null
  await expect(enter('used')).rejects.toThrow('code used')
  await expect(enterByOfficial('used')).rejects.toThrow('code used')
  expect([session.token, session.me?.name, known.get('token')]).toEqual(['of 张敏', '张敏', 'of 张敏'])
  expect(used).toEqual([])
})

it('a good one replaces them', async () => {
  server.admission = let_in('李伟', 2)
  server.me = me('李伟', 2)
  await enter('good')
  expect([session.token, session.me?.name, known.get('token')]).toEqual(['of 李伟', '李伟', 'of 李伟'])
})

it('someone else is who has another member, or another name without one', () => {
  expect(wouldReplace(let_in('张敏'))).toBe(false)
  expect(wouldReplace(let_in('张敏', 2))).toBe(true)
  expect(wouldReplace(let_in('冯群', null))).toBe(true)
  session.me = me('', null, false)
  expect(wouldReplace(let_in('李伟', 2))).toBe(false)
  session.me = null
  expect(wouldReplace(let_in('李伟', 2))).toBe(false)
})

it('whom the server let in, but nobody signs in as, is signed out there and leaves who is signed in', async () => {
  await decline(let_in('李伟', 2))
  expect(used).toEqual(['of 李伟', 'signed out', 'of 张敏'])
  expect([session.token, known.get('token')]).toEqual(['of 张敏', 'of 张敏'])
})

it('a tab without a session goes on as another tab has signed in, and never leaves its own', async () => {
  known.set('token', 'of another tab')
  expect(await joinOtherTab()).toBeNull()
  session.token = ''
  session.me = null
  expect((await joinOtherTab())?.name).toBe('张敏')
  expect(session.token).toBe('of another tab')
  session.token = ''
  known.clear()
  expect(await joinOtherTab()).toBeNull()
})
