import type { Debtor, Payment } from '@/api/dues'
import { cents, yuan } from '@/format/money'

/** What is being written down of one member's month, as typed. */
export interface Told {
  memberId: number
  name: string
  due: string
  paid: string
}

/** Begin with what is on record; where nothing is, with what the member owed the month before, paid in full. */
export function begin(debtor: Debtor, before: Debtor[]): Told {
  const due = debtor.due ?? before.find(({ memberId }) => memberId === debtor.memberId)?.due ?? null
  const typed = due === null ? '' : yuan(due)
  return { memberId: debtor.memberId, name: debtor.name, due: typed, paid: debtor.paid ? yuan(debtor.paid) : typed }
}

/** What is wrong with it, in words for him who types; empty if nothing is. */
export function problemOf(told: Told): string {
  if (cents(told.due) === null) return '应交金额请写成 12 或 12.50'
  return cents(told.paid) === null ? '实交金额请写成 12 或 12.50' : ''
}

/** Nothing paid has no day. */
export function toPayment(told: Told, paidOn: string): Payment {
  const paid = cents(told.paid) ?? 0
  return { due_cents: cents(told.due) ?? 0, paid_cents: paid, paid_on: paid ? paidOn : null }
}
