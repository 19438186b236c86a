import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import uniImport from '@dcloudio/vite-plugin-uni'
import type { GetModuleInfo } from 'rollup'
import { type BuildOptions, defineConfig } from 'vite'

type Plugin = typeof uniImport
// The plugin is CommonJS: under ESM its function sits one level down.
const uni = (uniImport as unknown as { default?: Plugin }).default ?? uniImport

const inBrowser = process.env.UNI_PLATFORM === 'h5'
const SHARED = /miniprogram\/src\/(api|components|format|platform|state)\//
const FIRST = /miniprogram\/src\/(main\.ts|App\.vue|pages\/home\/)/
const ALONE = /platform\/wechat_browser/

/** Over a slow line every file is a wait of its own, and so is what is not needed yet: what the first page takes of
 * libraries and shared parts is one file, the parts that only others take another, and all styles are one. */
const fewFiles: BuildOptions = {
  cssCodeSplit: false,
  rollupOptions: { output: { manualChunks: (id, { getModuleInfo }) => chunkOf(id, getModuleInfo) } },
}

function chunkOf(id: string, infoOf: GetModuleInfo): string | undefined {
  if (ALONE.test(id)) return undefined
  if ((SHARED.test(id) || id.includes('/node_modules/')) && isFirst(id, infoOf)) return 'first'
  return SHARED.test(id) ? 'more' : undefined
}

/** Whether the app or its first page needs a module, itself or by what it imports. */
function isFirst(id: string, infoOf: GetModuleInfo, seen = new Set<string>()): boolean {
  if (FIRST.test(id)) return true
  if (seen.has(id)) return false
  seen.add(id)
  return (infoOf(id)?.importers ?? []).some((importer) => isFirst(importer, infoOf, seen))
}

/** What the parts that read the API look like: whatever another version left on a phone is not shown by this one. */
function shapeOfData(): string {
  const parts = fileURLToPath(new URL('src/api', import.meta.url))
  const texts = readdirSync(parts)
    .sort()
    .map((name) => readFileSync(join(parts, name)))
  return texts
    .reduce((hash, text) => hash.update(text), createHash('sha256'))
    .digest('hex')
    .slice(0, 12)
}

export default defineConfig({
  plugins: [uni()],
  // Only the WeChat build needs an absolute address; the browser asks the server it came from.
  define: {
    __API_ORIGIN__: JSON.stringify(process.env.XIANFENG_BASE_URL ?? 'http://127.0.0.1:8000'),
    __SHAPE__: JSON.stringify(shapeOfData()),
  },
  build: {
    target: 'es2018',
    cssTarget: ['chrome78', 'safari13'],
    reportCompressedSize: false,
    ...(inBrowser ? fewFiles : {}),
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8000', '/static/console': 'http://127.0.0.1:8000' } },
})
