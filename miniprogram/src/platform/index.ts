/** The only file with #ifdef: it takes the platform of the target that is being built. */
import type { Platform } from './types'
// #ifdef MP-WEIXIN
import { weixin } from './weixin'
// #endif
// #ifdef H5
import { browser } from './browser'
// #endif

let chosen: Platform | undefined
// #ifdef MP-WEIXIN
chosen = weixin
// #endif
// #ifdef H5
chosen = browser
// #endif

export const platform = chosen
export type { BroughtCode, ChosenFile, Platform } from './types'
