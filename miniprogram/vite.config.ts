import uniImport from '@dcloudio/vite-plugin-uni'
import { defineConfig } from 'vite'

type Plugin = typeof uniImport
// The plugin is CommonJS: under ESM its function sits one level down.
const uni = (uniImport as unknown as { default?: Plugin }).default ?? uniImport

export default defineConfig({
  plugins: [uni()],
  // Only the WeChat build needs an absolute address; the browser asks the server it came from.
  define: { __API_ORIGIN__: JSON.stringify(process.env.XIANFENG_BASE_URL ?? 'http://127.0.0.1:8000') },
  build: { target: 'es2018', reportCompressedSize: false },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
})
