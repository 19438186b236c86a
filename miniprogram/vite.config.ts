import uniImport from '@dcloudio/vite-plugin-uni'
import { type BuildOptions, defineConfig } from 'vite'

type Plugin = typeof uniImport
// The plugin is CommonJS: under ESM its function sits one level down.
const uni = (uniImport as unknown as { default?: Plugin }).default ?? uniImport

const inBrowser = process.env.UNI_PLATFORM === 'h5'
const SHARED = /miniprogram\/src\/(api|components|format|platform|state)\//

/** Over a slow line every file is a wait of its own: what pages share is one file, and so are all styles. */
const fewFiles: BuildOptions = {
  cssCodeSplit: false,
  rollupOptions: { output: { manualChunks: (id) => (SHARED.test(id) ? 'shared' : undefined) } },
}

export default defineConfig({
  plugins: [uni()],
  // Only the WeChat build needs an absolute address; the browser asks the server it came from.
  define: { __API_ORIGIN__: JSON.stringify(process.env.XIANFENG_BASE_URL ?? 'http://127.0.0.1:8000') },
  build: { target: 'es2018', reportCompressedSize: false, ...(inBrowser ? fewFiles : {}) },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
})
