/// <reference types="vite/client" />

/** Where the API is, as seen from WeChat; set when the app is built (vite.config.ts). */
declare const __API_ORIGIN__: string

declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}
