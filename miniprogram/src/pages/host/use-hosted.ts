import { computed, type Ref, ref } from 'vue'

import { listHeld } from '@/api/held'
import { listGuests, listOddities, readHostedMeeting } from '@/api/hosting'
import { readRoster } from '@/api/rosters'
import { useLoad } from '@/state/load'
import { placesToHost } from '@/state/offices'
import { session } from '@/state/session'
import { whileShown } from '@/state/while-shown'

import { useCheckIn } from './use-check-in'

const ROUND_MS = 3_000
/** Every so many rounds the list is read though nobody came: someone may have asked for leave. */
const REREAD_AFTER = 10

/** A meeting as its host follows it: the code, the list of those who are there, and who else scanned. It is followed
 * from `loadAll` on, while the page is shown. */
export function useHosted(id: Ref<number>) {
  const list = ref(0)
  const { held: codes, shown, alone, ask } = useCheckIn()
  const meeting = useLoad(() => readHostedMeeting(id.value))
  const roster = useLoad(() => readRoster(listId.value))
  const visits = useLoad(() => Promise.all([listGuests(id.value), listOddities(id.value), listHeld(id.value)]))

  /** Their own branch's list where it takes part, else, from above, all of them. */
  const lists = computed(() => {
    const own = new Set(placesToHost(session.me).map((place) => place.id))
    const all = meeting.data.value?.lists ?? []
    return all.some(({ organizationId }) => own.has(organizationId))
      ? all.filter(({ organizationId }) => own.has(organizationId))
      : all
  })
  const listId = computed(() => lists.value[list.value]?.id ?? 0)
  /** Where any wait, they stand above the list. */
  const held = computed(() => (meeting.data.value?.phase === 'cancelled' ? null : (visits.data.value?.[2] ?? null)))
  const stage = computed(() => {
    if (shown.value) return shown.value.kind === 'early' ? 'before' : shown.value.kind === 'ended' ? 'over' : 'open'
    const phase = meeting.data.value?.phase
    return phase === 'planned' ? 'before' : phase === 'open' ? 'open' : 'over'
  })

  let seen = ''
  let rounds = 0

  /** Ask for codes, and read the list where it has changed: who has come, not how often one has looked. */
  async function follow(): Promise<void> {
    if (!meeting.data.value) return
    await ask(id.value).catch(() => undefined)
    if (codes.value && codes.value.phase !== meeting.data.value.phase) await meeting.load()
    rounds += 1
    if (codes.value?.tally === seen && rounds % REREAD_AFTER) return
    seen = codes.value?.tally ?? ''
    await reread()
  }

  async function reread(): Promise<void> {
    await Promise.all([listId.value ? roster.load() : undefined, visits.load()])
  }

  const start = whileShown(follow, ROUND_MS)

  async function loadAll(): Promise<void> {
    await meeting.load()
    rounds = -1
    start()
  }

  return { meeting, shown, alone, list, lists, listId, roster, visits, held, stage, reread, loadAll }
}
