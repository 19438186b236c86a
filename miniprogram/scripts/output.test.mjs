// What `make app` built: fit to be uploaded to WeChat and to be served without any other host.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { TmplGroup } from 'glass-easel-template-compiler'
import { describe, expect, it } from 'vitest'

import { foreignAddresses, textFiles, withoutForeignHosts } from './finish.mjs'

const BUILT = fileURLToPath(new URL('../dist/build', import.meta.url))
const WEIXIN = join(BUILT, 'mp-weixin')
const LARGEST_MAIN_PACKAGE = 1.5 * 1024 * 1024

const read = (path) => readFileSync(path, 'utf-8')
const json = (path) => JSON.parse(read(path))
const all = (directory) =>
  readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))

it('an address of another host is found and taken out', () => {
  const text = 'a{background:url(https://cdn.example.com/x.png)} fetch("https://has1.example.com/ahl") // a comment'
  expect(foreignAddresses(text)).toHaveLength(2)
  expect(withoutForeignHosts(text)).toBe('a{background:none} fetch("") // a comment')
  expect(foreignAddresses("xmlns='http://www.w3.org/2000/svg' //at.alicdn.com/t.ttf")).toEqual([
    '//at.alicdn.com/t.ttf',
  ])
})

describe.skipIf(!existsSync(join(BUILT, 'h5/index.html')))('the browser version', () => {
  it('names no other host', () => {
    expect(textFiles(join(BUILT, 'h5')).flatMap((path) => foreignAddresses(read(path)))).toEqual([])
  })

  it('has no inline script, so that the policy may forbid them', () => {
    expect(read(join(BUILT, 'h5/index.html'))).not.toMatch(/<script(?![^>]*\bsrc=)/)
  })
})

describe.skipIf(!existsSync(join(WEIXIN, 'app.json')))('the WeChat version', () => {
  it('names no other host', () => {
    expect(textFiles(WEIXIN).flatMap((path) => foreignAddresses(read(path)))).toEqual([])
  })

  it('has a main package well below what WeChat takes', () => {
    const apart = (json(join(WEIXIN, 'app.json')).subPackages ?? []).map(({ root }) => join(WEIXIN, root))
    const main = all(WEIXIN).filter((path) => !apart.some((root) => path.startsWith(root)))
    expect(main.reduce((bytes, path) => bytes + statSync(path).size, 0)).toBeLessThan(LARGEST_MAIN_PACKAGE)
  })

  it('has only pages that WeChat can parse', () => {
    const group = new TmplGroup()
    const templates = all(WEIXIN).filter((path) => path.endsWith('.wxml'))
    expect(templates.length).toBeGreaterThan(10)
    const problems = templates.flatMap((path) =>
      group.addTmpl(relative(WEIXIN, path), read(path)).map((found) => `${relative(WEIXIN, path)}: ${found.message}`),
    )
    expect(problems).toEqual([])
  })

  it('has every page and component it speaks of', () => {
    const { pages, subPackages = [] } = json(join(WEIXIN, 'app.json'))
    const places = [...pages, ...subPackages.flatMap(({ root, pages: more }) => more.map((page) => join(root, page)))]
    const components = all(WEIXIN)
      .filter((path) => path.endsWith('.json'))
      .flatMap((path) =>
        Object.values(json(path).usingComponents ?? {}).map((used) =>
          used.startsWith('/') ? used.slice(1) : relative(WEIXIN, resolve(dirname(path), used)),
        ),
      )
    const missing = [...places, ...components]
      .flatMap((place) => ['.js', '.json', '.wxml'].map((end) => place + end))
      .filter((file) => !existsSync(join(WEIXIN, file)))
    expect(missing).toEqual([])
  })
})
