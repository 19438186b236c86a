import { onShow } from '@dcloudio/uni-app'
import { onUnmounted, ref, shallowRef, watch } from 'vue'

import { readScreen } from '@/api/screen'
import { platform } from '@/platform'

import { type Held, hold, lastsAlone, lastStep, type Shown, shownAt } from './code-clock'

const TICK_MS = 250

/** The code of a meeting, second by second, from what was fetched ahead; `ask` fetches more. */
export function useCheckIn() {
  const held = shallowRef<Held | null>(null)
  const shown = shallowRef<Shown | null>(null)
  /** How many seconds the codes in hand still last; null while the network is there. */
  const alone = ref<number | null>(null)

  async function ask(meetingId: number): Promise<void> {
    const sentAt = Date.now()
    try {
      const answer = await readScreen(meetingId, lastStep(held.value))
      held.value = hold(held.value, answer, sentAt, Date.now())
    } finally {
      tick()
    }
  }

  function tick(): void {
    if (!held.value) return
    const next = shownAt(held.value, Date.now())
    if (JSON.stringify(next) !== JSON.stringify(shown.value)) shown.value = next
    alone.value = lastsAlone(held.value, Date.now())
  }

  const ticking = setInterval(tick, TICK_MS)
  const heldUp = () => shown.value?.kind === 'code'
  watch(heldUp, platform.stayAwake)
  // WeChat forgets it whenever the mini-program is left.
  onShow(() => platform.stayAwake(heldUp()))
  onUnmounted(() => {
    clearInterval(ticking)
    platform.stayAwake(false)
  })
  return { held, shown, alone, ask }
}
