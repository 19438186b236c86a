import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('src', import.meta.url)) } },
  define: { __API_ORIGIN__: JSON.stringify(''), __SHAPE__: JSON.stringify('tested') },
  test: { include: ['src/**/*.test.ts', 'scripts/**/*.test.mjs'] },
})
