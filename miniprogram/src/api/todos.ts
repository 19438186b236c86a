import { day } from '@/format/dates'

import { api } from './client'
import type { components } from './schema'

type TodoOut = components['schemas']['TodoOut']

/** Something that waits for the one who holds this phone, and where he does it. */
export interface Todo {
  title: string
  words: string
  act: string
  url: string
  /** Whether it stands still until one acts; without words in `act` it is not done here. */
  urgent: boolean
}

interface Manner {
  unit: string
  act: string
  url: (todo: TodoOut) => string
  /** What is to be known of the first of them. */
  first?: (firstDay: string) => string
}

const MANNERS: Record<string, Manner | undefined> = {
  key_resets: {
    unit: '项',
    act: '去核实',
    url: ({ first_id }) => `/pages/key-reset/key-reset?member=${first_id}`,
    first: (on) => `最晚 ${day(on)}`,
  },
  negatives: {
    unit: '项',
    act: '去核对',
    url: ({ first_id }) => `/pages/negative/negative?member=${first_id}`,
    first: (on) => `最早 ${day(on)}录入或提出`,
  },
  claims: { unit: '条', act: '去审核', url: at('review'), first: (on) => `最早 ${day(on)}提交` },
  leaves: { unit: '份', act: '去审批', url: at('leaves'), first: (on) => `最早是 ${day(on)}的会议` },
  held: {
    unit: '人',
    act: '去确认',
    url: ({ first_id }) => `/pages/host/host?id=${first_id}`,
    first: (on) => `最早是 ${day(on)}的会议`,
  },
  rosters: {
    unit: '份',
    act: '去确认',
    url: ({ first_id }) => `/pages/host/host?id=${first_id}`,
    first: (on) => `最早是 ${day(on)}的会议`,
  },
  statements: { unit: '份', act: '去确认', url: at('month'), first: (on) => `最晚 ${day(on)}` },
  feedbacks: { unit: '件', act: '去办理', url: at('feedbacks'), first: (on) => `${day(on)}前` },
  standards: {
    unit: '份',
    act: '去看看',
    url: ({ organization, first_day }) =>
      `/pages/standard/standard?organization=${organization.id}&year=${first_day?.slice(0, 4)}`,
  },
  year_steps: {
    unit: '项',
    act: '去办理',
    url: ({ organization, first_id }) =>
      `/pages/branch-year/branch-year?organization=${organization.id}&year=${first_id}`,
    first: (on) => `${day(on)}前`,
  },
  year_corrections: {
    unit: '项',
    act: '去办理',
    url: ({ organization, first_id }) =>
      `/pages/branch-year/branch-year?organization=${organization.id}&year=${first_id}`,
    first: (on) => `${day(on)}更正`,
  },
  stars: {
    unit: '项',
    act: '去办理',
    url: ({ organization, first_id }) =>
      `/pages/branch-year/branch-year?organization=${organization.id}&year=${first_id}`,
  },
  rating_methods: {
    unit: '份',
    act: '',
    url: ({ organization, first_id }) =>
      `/pages/branch-year/branch-year?organization=${organization.id}&year=${first_id}`,
  },
  filings: {
    unit: '份',
    act: '去办理',
    url: ({ first_id }) => `/pages/filing/filing?id=${first_id}`,
    first: (on) => `最早 ${day(on)}报送`,
  },
  dues: { unit: '人', act: '去登记', url: at('dues'), first: (on) => `${Number(on.slice(5, 7))} 月党费` },
  unreached: { unit: '条', act: '去告知', url: at('unreached') },
  holidays: {
    unit: '年',
    act: '去录入',
    url: ({ organization, first_day }) =>
      `/pages/workdays/workdays?organization=${organization.id}&year=${first_day?.slice(0, 4)}`,
  },
  objections: {
    unit: '件',
    act: '去办理',
    url: ({ first_id }) => `/pages/objection/objection?id=${first_id}`,
    first: (on) => `${day(on)}前`,
  },
  opinions: { unit: '条', act: '去看看', url: at('opinions') },
}

/** Of a kind that a later server tells of: it is named and counted, and done elsewhere. */
const UNKNOWN: Manner = { unit: '项', act: '', url: () => '' }

function at(page: string): (todo: TodoOut) => string {
  return ({ organization }) => `/pages/${page}/${page}?organization=${organization.id}`
}

/** Read what waits with an officer, in the order in which to turn to it. */
export async function listOfficeTodos(): Promise<Todo[]> {
  return (await api.get('/me/todos', {})).items.map(toTodo)
}

export function toTodo(dto: TodoOut): Todo {
  const { unit, act, url, first } = MANNERS[dto.kind] ?? UNKNOWN
  const more = [dto.organization.title, first && dto.first_day ? first(dto.first_day) : '', dto.words]
  return {
    title: `${dto.title} ${dto.count} ${unit}`,
    words: more.filter(Boolean).join('，'),
    act,
    url: url(dto),
    urgent: act !== '',
  }
}
