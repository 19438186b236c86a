import { reactive } from 'vue'

import { store, stored } from './stored'

const ELDER = 'elder'

export const settings = reactive({ elder: stored(ELDER, false) })

/** 关怀模式: larger text and buttons, kept on this phone. */
export function setElder(on: boolean): void {
  settings.elder = on
  store(ELDER, on)
}
