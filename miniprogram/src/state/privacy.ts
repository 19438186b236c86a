import { reactive } from 'vue'

import { platform } from '@/platform'

/** WeChat's own privacy guide: what needs it (phone number, album, camera) waits until the person has answered. */
export const privacyGuide = reactive({ asks: false })

let waiting: ((agreed: boolean) => void)[] = []

/** Show the question whenever WeChat needs the answer; once, when the app starts. */
export function watchPrivacy(): void {
  platform.whenPrivacyNeeded((answer) => {
    waiting.push(answer)
    privacyGuide.asks = true
  })
}

export function answerPrivacy(agreed: boolean): void {
  const answered = waiting
  waiting = []
  privacyGuide.asks = false
  answered.forEach((answer) => answer(agreed))
}
