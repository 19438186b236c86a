import { createSSRApp } from 'vue'

import App from './App.vue'

/** uni-app asks for the app, once per target. */
export function createApp() {
  return { app: createSSRApp(App) }
}
