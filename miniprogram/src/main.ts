import { createSSRApp } from 'vue'

import App from './App.vue'

/** uni-app asks for the app, once per target. */
export function createApp() {
  const app = createSSRApp(App)
  // In browsers uni-app hands a page its query as attributes. They must not fall through to the page's root, whose
  // `state` they would set.
  app.mixin({
    beforeCreate(this: { $mpType?: string; $: { inheritAttrs: boolean } }) {
      if (this.$mpType === 'page') this.$.inheritAttrs = false
    },
  })
  return { app }
}
