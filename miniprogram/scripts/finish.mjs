// After a build: nothing in the output may name a host outside the university, nor be too new for the oldest phones;
// what a
// browser loads is packed beside it.
//   node scripts/finish.mjs h5
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv, exit } from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'

import { tooNew, withOlderStyles } from './oldest.mjs'

const here = fileURLToPath(new URL('..', import.meta.url))
const TEXT = /\.(js|css|html|json|wxss|wxml|wxs)$/
const ADDRESS = /(?:https?:)?\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s"'`)\\]*/gi
const WORTH_PACKING = 1000
const SAFE = ['www.w3.org', '127.0.0.1', new URL(process.env.XIANFENG_BASE_URL ?? 'http://127.0.0.1').host]

const hostOf = (address) =>
  address
    .replace(/^(https?:)?\/\//i, '')
    .split(/[/:?#]/)[0]
    .toLowerCase()
const isForeign = (address) => !SAFE.some((safe) => hostOf(address) === safe.split(':')[0])

/** The addresses of other hosts in a text. A comment in code looks like one only if it has a dot: `//a.b`. */
export function foreignAddresses(text) {
  return (text.match(ADDRESS) ?? []).filter(
    (address) => isForeign(address) && /^https?:|\.(com|cn|net|org|io)\b/i.test(address),
  )
}

/** The text with all foreign addresses gone. */
export function withoutForeignHosts(text) {
  return text
    .replace(/url\((['"]?)https?:\/\/[^'")]*\1\)/g, (found) => (foreignAddresses(found).length ? 'none' : found))
    .replace(ADDRESS, (address) => (foreignAddresses(address).length ? '' : address))
}

export function textFiles(directory) {
  const found = readdirSync(directory, { withFileTypes: true, recursive: true })
  return found
    .filter((entry) => entry.isFile() && TEXT.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
}

/** Have the browser fetch the home page's parts together with the app, not after it: over a slow line that is a wait
 * less. */
function preloadHome(directory) {
  const assets = join(directory, 'assets')
  const home = readdirSync(assets).find((name) => /^pages-home-home\..*\.js$/.test(name))
  const imported = [...readFileSync(join(assets, home), 'utf-8').matchAll(/(?:from|import)"\.\/([^"]+\.js)"/g)].map(
    (found) => found[1],
  )
  const links = [home, ...imported]
    .map((name) => `<link rel="modulepreload" crossorigin href="/m/assets/${name}">`)
    .join('\n')
  const index = join(directory, 'index.html')
  writeFileSync(index, readFileSync(index, 'utf-8').replace('<!--preload-links-->', links))
}

function pack(path, text) {
  writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }))
  writeFileSync(`${path}.br`, brotliCompressSync(text))
}

function finish(target) {
  if (target === 'h5') preloadHome(join(here, 'dist/build/h5'))
  const left = []
  for (const path of textFiles(join(here, 'dist/build', target))) {
    const text = readFileSync(path, 'utf-8')
    const own = withoutForeignHosts(text)
    const clean = target === 'h5' && path.endsWith('.css') ? withOlderStyles(own) : own
    if (clean !== text) writeFileSync(path, clean)
    if (target === 'h5' && clean.length > WORTH_PACKING) pack(path, clean)
    left.push(...foreignAddresses(clean).map((address) => `${path}: ${address}`))
    if (path.endsWith('.js')) left.push(...tooNew(clean).map((what) => `${path}: too new: ${what}`))
  }
  if (left.length) {
    console.error(left.join('\n'))
    exit(1)
  }
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) finish(argv[2])
