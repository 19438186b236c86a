/** Dates are the university's: Asia/Shanghai, which has no summer time. */
import { serverNow } from '@/state/clock'

const SHANGHAI_MS = 8 * 3600_000
const WEEKDAYS = ['日', '一', '二', '三', '四', '五', '六']

/** The day in Shanghai, as `2026-06-18`. */
export function dayOf(instant: Date): string {
  return new Date(instant.getTime() + SHANGHAI_MS).toISOString().slice(0, 10)
}

/** Today in Shanghai, as `2026-06-18`. */
export function today(): string {
  return dayOf(serverNow())
}

/** `6 月 18 日`, with the year where it is not `now`'s. Takes a date or an instant of the API. */
export function day(iso: string, now: Date = serverNow()): string {
  const date = iso.length > 10 ? dayOf(new Date(iso)) : iso
  const [year, month, number] = date.split('-').map(Number)
  const short = `${month} 月 ${number} 日`
  return date.slice(0, 4) === dayOf(now).slice(0, 4) ? short : `${year} 年 ${short}`
}

/** A day as people type it from a paper, `2026-10-14`, `2026年10月14日` or `20261014`, as the API takes it; null where
 * it is none. */
export function typedDay(text: string): string | null {
  const plain = text.replace(/\s/g, '')
  const [, year, month, number] =
    /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(plain) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(plain) ?? []
  if (!year || !month || !number) return null
  const iso = `${year}-${month.padStart(2, '0')}-${number.padStart(2, '0')}`
  const date = new Date(`${iso}T00:00:00Z`)
  return Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== iso ? null : iso
}

/** `今天`, `明天`, `昨天`, else the date. */
export function nearDay(iso: string, now: Date = serverNow()): string {
  const date = iso.length > 10 ? dayOf(new Date(iso)) : iso
  const near = [-1, 0, 1].findIndex((days) => dayOf(new Date(now.getTime() + days * 86_400_000)) === date)
  return ['昨天', '今天', '明天'][near] ?? day(date, now)
}

export function weekday(iso: string): string {
  return `周${WEEKDAYS[new Date(`${iso.slice(0, 10)}T00:00:00Z`).getUTCDay()]}`
}

/** `14:30`, in Shanghai. */
export function time(instant: string): string {
  return new Date(new Date(instant).getTime() + SHANGHAI_MS).toISOString().slice(11, 16)
}

/** `今天 15:00 至 16:30`; a day that is not near comes with its weekday. */
export function span(from: string, until: string, now: Date = serverNow()): string {
  const near = nearDay(from, now)
  const when = near === day(from, now) ? `${near}${weekday(dayOf(new Date(from)))}` : near
  const end = dayOf(new Date(from)) === dayOf(new Date(until)) ? time(until) : `${day(until, now)} ${time(until)}`
  return `${when} ${time(from)} 至 ${end}`
}

/** `14:51:06`, in Shanghai. */
export function clock(instant: string): string {
  return new Date(new Date(instant).getTime() + SHANGHAI_MS).toISOString().slice(11, 19)
}

/** The instant of a day and a time in Shanghai, as the API takes it. */
export function instant(date: string, at: string): string {
  return `${date}T${at}:00+08:00`
}

export function month(iso: string): number {
  return Number(iso.slice(5, 7))
}

/** The month so many after one given as `2026-06`; before it where `by` is negative. */
export function monthBeside(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7)
}
