import { api } from './client'
import type { components } from './schema'

export type CheckIn = components['schemas']['CheckInOut']
export type Ticket = components['schemas']['TicketOut']

/** What goes with a ticket: for whom, or on what terms. */
export interface Wish {
  for_work_number?: string
  end_leave?: boolean
  as_guest?: boolean
}

/** Exchange what a QR held for a ticket of ten minutes, whoever holds the phone. */
export async function exchangeCode(code: string): Promise<Ticket> {
  return api.post('/check-in-tickets', { body: { code } })
}

/** Exchange the six digits beside the QR for a ticket. */
export async function exchangeDigits(digits: string): Promise<Ticket> {
  return api.post('/check-in-digits', { body: { digits } })
}

/** Check in. It repeats safely: only the first one is recorded. */
export async function checkIn(ticket: string, wish: Wish): Promise<CheckIn> {
  return api.post('/check-ins', { body: { ticket, ...wish } })
}
