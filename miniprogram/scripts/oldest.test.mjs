import { describe, expect, it } from 'vitest'

import { tooNew, withOlderStyles } from './oldest.mjs'

describe('syntax', () => {
  it.each([
    'a?.b',
    'a ?? b',
    'a ??= b',
    'a ||= b',
    '1n',
    '/(?<=a)b/',
    '/(?<!a)b/',
    'class A { b = 1 }',
    'class A { #b() {} }',
    'export * as a from "b"',
    'await 1',
  ])('%s is too new', (code) => expect(tooNew(code)).not.toEqual([]))

  it.each([
    '1_000',
    'import("a")',
    'import.meta.url',
    '({ ...a })',
    'try { a() } catch { b() }',
    '/(?<year>\\d)/',
    'async () => { for await (const a of b) c }',
    '/\\p{L}/u',
  ])('%s can be read', (code) => expect(tooNew(code)).toEqual([]))
})

describe('styles', () => {
  const squeezed = (css) => withOlderStyles(css).replace(/\s+/g, '')

  it('have margins where gaps between flex items are unknown, before what may override them', () => {
    expect(squeezed('.a{display:flex;gap:4px}')).toBe(
      '@supportsnot(inset:0){.a{gap:0}.a>*+*{margin-left:4px}}.a{display:flex;gap:4px}',
    )
    expect(squeezed('.a,.b{display:flex;flex-direction:column;gap:var(--s)}')).toContain(
      '.a>*+*,.b>*+*{margin-top:var(--s)}',
    )
    expect(squeezed('.a{display:flex;flex-wrap:wrap;gap:0 var(--s, 2px)}')).toContain('.a>*{margin:0var(--s,2px)00}')
    expect(squeezed('@media (min-width:1px){.a{display:flex;gap:1px}}')).toMatch(/^@media\(min-width:1px\)\{@supports/)
  })

  it('leave grids alone, whose gaps are older', () => {
    const grid = '.a{display:grid;gap:4px;grid-template-columns:repeat(2,minmax(0,1fr))}'
    expect(squeezed(grid)).toBe(grid)
  })

  it('have one value where max() is unknown', () => {
    expect(squeezed('.a{min-height:max(48px, var(--tap))}')).toContain(
      '@supportsnot(width:max(1px,2px)){.a{min-height:var(--tap)}}',
    )
    expect(squeezed('.a{padding:0 0 max(var(--s2), env(safe-area-inset-bottom))}')).toContain(
      '{.a{padding:00var(--s2)}}',
    )
    expect(squeezed('.a{height:calc(1px + max(2px, min(3px, 4px)))}')).toContain('{.a{height:calc(1px+4px)}}')
  })
})
