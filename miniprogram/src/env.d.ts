/// <reference types="vite/client" />

/** Where the API is, as seen from WeChat; set when the app is built (vite.config.ts). */
declare const __API_ORIGIN__: string

/** Changes with the types of what pages read (vite.config.ts). */
declare const __SHAPE__: string

/** What WeChat has and uni-app does not pass on. */
declare const wx: {
  shareFileMessage(options: {
    filePath: string
    fileName: string
    success(): void
    fail(error: { errMsg: string }): void
  }): void
  chooseMessageFile(options: {
    count: number
    type: 'file'
    extension: string[]
    success(answer: { tempFiles: { path: string; name: string }[] }): void
    fail(): void
  }): void
  onNeedPrivacyAuthorization?(
    listener: (resolve: (answer: { event: 'agree' | 'disagree'; buttonId?: string }) => void) => void,
  ): void
}

declare module '*.vue' {
  import type { DefineComponent } from 'vue'
  const component: DefineComponent<object, object, unknown>
  export default component
}
