import { day, month as monthOf } from '@/format/dates'
import { cap, signed } from '@/format/points'

import { api } from './client'
import type { ApiError } from './errors'
import { type Late, toLate } from './late'
import type { components } from './schema'

type BoardOut = components['schemas']['BoardOut']
type BoardRowOut = components['schemas']['BoardRowOut']

/** Where a member stands in his branch, as of the last monthly statement. */
export interface Standing {
  position: number
  ranked: number
  /** The year whose position it is. */
  year: number
  asOf: string
}

/** Read my place in the branch; null before the first statement, or where there is none to show. */
export async function readStanding(branchId: number): Promise<Standing | null> {
  const board = await api
    .get('/organizations/{organization_id}/board', { path: { organization_id: branchId } })
    .catch((error: ApiError) => {
      if (error.status === 404) return null
      throw error
    })
  return board && toStanding(board)
}

export function toStanding({ own, ranked, month, month_title }: BoardOut): Standing | null {
  const asOf = /-\d\d$/.test(month) ? `${monthOf(month)} 月` : month_title
  return own?.position
    ? { position: own.position, ranked, year: Number(month.slice(0, 4)), asOf: `${asOf}汇总，同分同名次` }
    : null
}

/** 支部公示榜: a month of a branch, as much of it as the branch shows. */
export interface Board {
  title: string
  /** Who confirmed it and when, and how long it is on show. */
  confirmed: string
  publicity: string
  /** `第 6 名`, 另行通报, or empty where the branch shows no places. */
  place: string
  ranked: number
  total: string
  bands: { title: string; count: number; share: number; own: boolean }[]
  /** What the figures beside a name are compared with. */
  compared: string
  /** Null where the branch shows the distribution only. */
  rows: BoardRow[] | null
  /** 年末补记 beside a December. */
  late: Late | null
  /** Who is not assessed, as a number; empty for nobody. */
  apart: string
  average: string
  seal: string
  /** The months beside it, empty where there is none. */
  earlier: string
  later: string
}

export interface BoardRow {
  id: number
  place: string
  name: string
  mine: boolean
  parts: string
  total: string
  change: string
}

/** Read a month of a branch's board, the newest without one; before the first statement only words when it comes. */
export async function readBoard(
  branchId: number,
  readerId: number,
  month?: string,
): Promise<{ board: Board | null; words: string }> {
  const found = await api
    .get('/organizations/{organization_id}/board', { path: { organization_id: branchId }, query: { month } })
    .catch((error: ApiError) => {
      if (error.status === 404) return error.message
      throw error
    })
  return typeof found === 'string' ? { board: null, words: found } : { board: toBoard(found, readerId), words: '' }
}

export function toBoard(dto: BoardOut, readerId: number): Board {
  const most = Math.max(1, ...dto.distribution.map(({ count }) => count))
  return {
    title: dto.month_title,
    confirmed: `${day(dto.confirmed_at)}${dto.confirmed_by ? `${dto.confirmed_by}确认` : '到期自动确认'}，支部内可见`,
    publicity:
      dto.publicity.left > 0
        ? `公示中，还剩 ${dto.publicity.left} 个工作日${dto.publicity.note ? `（${dto.publicity.note}）` : ''}`
        : '公示已结束',
    place: dto.own?.note ?? (dto.own?.position ? `第\u00a0${dto.own.position}\u00a0名` : ''),
    ranked: dto.ranked,
    total: dto.own?.total ?? '',
    bands: dto.distribution.map((band) => ({
      title: bandOf(band),
      count: band.count,
      share: (band.count / most) * 100,
      own: band.own,
    })),
    compared: dto.earlier ? '总分和较上月变化' : '总分',
    rows: dto.rows && dto.rows.map((row) => toBoardRow(row, dto, readerId)),
    late: toLate(dto.late),
    apart: dto.apart ? `未参评 ${dto.apart} 人` : '',
    average: dto.average ?? '',
    seal: `${dto.hash.slice(0, 4)} ${dto.hash.slice(4, 8)}`,
    earlier: dto.earlier ?? '',
    later: dto.later ?? '',
  }
}

/** Bands are half-open: who has 80 is in 80 以上. */
function bandOf({ at_least, below }: BoardOut['distribution'][number]): string {
  if (at_least === null) return `${cap(below ?? '0')} 以下`
  return below === null ? `${cap(at_least)} 以上` : `${cap(at_least)} 至 ${cap(below)}`
}

function toBoardRow(row: BoardRowOut, { columns }: BoardOut, readerId: number): BoardRow {
  const title = (code: string) => (columns.find((column) => column.code === code)?.title ?? '').replace('积分', '')
  const told = row.note === null
  return {
    id: row.member_id,
    place: row.position === null ? '—' : String(row.position),
    name: row.name,
    mine: row.member_id === readerId,
    parts: told ? row.sections.map(({ code, points }) => `${title(code)} ${points}`).join('，') : '',
    total: row.total ?? row.note ?? '',
    change: told && row.change !== null ? signed(row.change) : '',
  }
}
