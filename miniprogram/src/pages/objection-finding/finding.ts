import { reactive, watch } from 'vue'

import type { Finding } from '@/api/objections'
import { forget, store, stored } from '@/state/stored'

const SHORTEST_FINDING = 5
const SHORTEST_REASON = 2

/** A finding in the making, which stays on this phone until it was handed in. */
export function useFinding() {
  const finding = reactive<Finding>({ finding: '', outcome: '', corrects: true, why: '' })
  let place = ''
  watch(finding, () => place && store(place, { ...finding }), { deep: true })

  function begin(objectionId: number, second: boolean): void {
    place = `objection-finding-${objectionId}-${second ? 2 : 1}`
    Object.assign(finding, stored<Partial<Finding>>(place, {}))
  }

  function end(): void {
    forget(place)
    place = ''
  }

  return { finding, begin, end }
}

/** What is still missing; empty when it can be handed in. What is upheld is put right, or says why not. */
export function problemOf({ finding, outcome, corrects, why }: Finding): string {
  if (finding.trim().length < SHORTEST_FINDING) return '请写明核查情况'
  if (!outcome) return '请选择结论'
  if (outcome !== 'dismissed' && !corrects && why.trim().length < SHORTEST_REASON) return '请写明不作更正的原因'
  return ''
}
