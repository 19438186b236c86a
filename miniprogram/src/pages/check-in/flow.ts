import { ref, shallowRef } from 'vue'

import { checkIn, exchangeCode, exchangeDigits, type Ticket, type Wish } from '@/api/check_in'
import * as ErrorCode from '@/api/error-codes'
import type { ApiError } from '@/api/errors'
import { mayGoOn, open } from '@/state/arrival'
import { serverNow } from '@/state/clock'
import { useConsent } from '@/state/consent'
import { scanned } from '@/state/scan'
import { readWhoIAm } from '@/state/session'
import { dropTicket, heldTicket, holdTicket } from '@/state/ticket'

import { type Act, helping, queueing, recorded, refused, type Screen, typing, waiting, withoutCode } from './answers'

const TRIES = 5
const PAUSE_MS = 1500
/** After these the same ticket is still good once the person is who he has to be. */
const TICKET_STAYS = new Set<string>([ErrorCode.not_signed_in, ErrorCode.token_expired, ErrorCode.not_bound])
/** Taps that end it: a moment to ask whether he wants to be told of the next meeting. */
const LEAVING: ReadonlySet<Act> = new Set<Act>(['meeting', 'home'])

/** A check-in: the code for a ticket at once, then whoever holds the phone signs in, then the ticket for a record. */
export function useCheckIn() {
  const screen = shallowRef<Screen>(waiting('正在核对二维码，请不要关闭页面。'))
  const field = ref('')
  const consent = useConsent('check_in')
  let code = ''
  let ticket: Ticket | null = null
  let wish: Wish = {}
  let meetingId = 0

  /** Begin with what was scanned, with the ticket that waits on this phone, or with asking for a code. */
  async function begin(text: string): Promise<void> {
    code = text
    const held = heldTicket()
    if (held && (!text || held.code === text)) ticket = held
    else if (text) return exchange()
    else return show(withoutCode())
    return goOn()
  }

  async function exchange(): Promise<void> {
    ticket = null
    show(waiting('正在核对二维码，请不要关闭页面。'))
    try {
      ticket = await patiently(() => exchangeCode(code))
    } catch (error) {
      return show(refused(error as ApiError, { wish: {}, ticket }, serverNow()))
    }
    holdTicket(ticket, code)
    return goOn()
  }

  /** The ticket waits while he signs in and binds; then this page opens again and goes on. */
  async function goOn(): Promise<void> {
    if (await mayGoOn(code ? { q: code } : {})) await send({})
  }

  async function send(wanted: Wish): Promise<void> {
    if (!ticket) return exchange()
    wish = wanted
    show(waiting())
    try {
      const good = ticket.ticket
      const record = await patiently(() => checkIn(good, wish))
      meetingId = record.meeting.id
      dropTicket()
      show(recorded(record, { wish, ticket }, serverNow()))
      void consent.prepare()
    } catch (error) {
      refuse(error as ApiError)
    }
  }

  function refuse(error: ApiError): void {
    if (!error.temporary && !TICKET_STAYS.has(error.code)) dropTicket()
    const asked = { wish, ticket }
    if (error.code.startsWith('ticket_')) ticket = null
    show(refused(error, asked, serverNow()))
  }

  /** Send until it is taken: a hall that comes at once is queued, and everybody waits a little differently. */
  async function patiently<T>(call: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await call()
      } catch (error) {
        if ((error as ApiError).status !== 503 || tries > TRIES) throw error
        show(queueing(tries))
        await new Promise((done) => setTimeout(done, PAUSE_MS * (1 + Math.random())))
      }
    }
  }

  async function type(): Promise<void> {
    if (!(await mayGoOn({ digits: '1' }))) return
    try {
      ticket = await patiently(() => exchangeDigits(field.value))
      code = ''
    } catch (error) {
      const { code: why, message } = error as ApiError
      return show(
        why === ErrorCode.code_invalid
          ? typing(message)
          : refused(error as ApiError, { wish: {}, ticket }, serverNow()),
      )
    }
    return send({})
  }

  async function scan(): Promise<void> {
    const text = await scanned()
    if (text) await begin(text)
  }

  function help(): Promise<void> | void {
    const number = field.value.trim()
    return number ? send({ for_work_number: number }) : show(helping('请填写对方的工号或学号'))
  }

  async function bind(): Promise<void> {
    await readWhoIAm().catch(() => undefined)
    await goOn()
  }

  function show(next: Screen): void {
    screen.value = next
    field.value = ''
  }

  const acts: Record<Act, () => unknown> = {
    again: () => (ticket ? send(wish) : exchange()),
    scan,
    digits: () => show(typing()),
    typed: type,
    as_guest: () => send({ ...wish, as_guest: true }),
    end_leave: () => send({ ...wish, end_leave: true }),
    help: () => show(helping()),
    helped: help,
    bind,
    meeting: () => uni.redirectTo({ url: `/pages/meeting/meeting?id=${meetingId}` }),
    back: () => send({}),
    home: () => open('/pages/home/home'),
  }

  return {
    screen,
    field,
    begin,
    ask: () => show(typing()),
    act: (name: Act) => (LEAVING.has(name) ? consent.ask().then(acts[name]) : acts[name]()),
  }
}

/** What a page of ours, or WeChat's own scan, gave as `q`: WeChat leaves it encoded, a browser does not. */
export function scannedText(q: unknown): string {
  const text = typeof q === 'string' ? q : ''
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
