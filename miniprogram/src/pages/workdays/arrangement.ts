import type { Mark, Marks } from '@/api/workdays'

const WEEKDAYS = '日一二三四五六'
const DAY_MS = 86_400_000

/** What an announcement says of a year, and what of it could not be read. */
export interface Arrangement {
  marks: Marks
  unread: string[]
}

const DATE = String.raw`(?:(20\d\d)[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?((?:（[^）]*）)?)`
const UNTIL = String.raw`(?:[至到~—–-]+(?:(20\d\d)[-/.年])?(?:(\d{1,2})[-/.月])?(\d{1,2})日?((?:（[^）]*）)?))?`
const TOKEN = new RegExp(`${DATE}${UNTIL}|放假|休息|休|上班|补班|班`, 'g')

/**
 * Read the State Council's words, such as `1月1日（周四）至3日（周六）放假调休。1月4日（周日）上班。`, or lines of `2027-01-01 放假`.
 * A day whose weekday or year does not fit the year is not taken.
 */
export function readArrangement(text: string, year: number): Arrangement {
  const found: Arrangement = { marks: {}, unread: [] }
  const plain = text
    .normalize('NFKC')
    .replace(/\(/g, '（')
    .replace(/\)/g, '）')
    .replace(/[^\S\n]+/g, '')
  for (const sentence of plain.split(/[。;\n]/)) readSentence(sentence, year, found)
  return found
}

function readSentence(sentence: string, year: number, found: Arrangement): void {
  let waiting: { words: string; days: string[] }[] = []
  for (const token of sentence.matchAll(TOKEN)) {
    if (token[2]) {
      waiting.push({ words: token[0], days: daysOf(token, year) })
      continue
    }
    const mark: Mark = /班/.test(token[0]) ? 'work' : 'off'
    for (const { words, days } of waiting) {
      if (!days.length) found.unread.push(words)
      for (const day of days) found.marks[day] = mark
    }
    waiting = []
  }
  found.unread.push(...waiting.map(({ words }) => words))
}

/** The days of a token; none where it does not fit the year. */
function daysOf(token: RegExpMatchArray, year: number): string[] {
  const [, firstYear, month, day, about, lastYear, lastMonth, lastDay, aboutLast] = token
  const first = dateOf(Number(firstYear ?? year), Number(month), Number(day), about)
  const last = lastDay
    ? dateOf(Number(lastYear ?? firstYear ?? year), Number(lastMonth ?? month), Number(lastDay), aboutLast)
    : first
  if (first === null || last === null || last < first) return []
  const days = Array.from({ length: Math.round((last - first) / DAY_MS) + 1 }, (_, index) =>
    isoOf(first + index * DAY_MS),
  )
  return days.length <= 31 ? days.filter((each) => each.startsWith(`${year}-`)) : []
}

function dateOf(year: number, month: number, day: number, about = ''): number | null {
  const date = Date.UTC(year, month - 1, day)
  if (isoOf(date) !== `${year}-${two(month)}-${two(day)}`) return null
  const weekday = /(?:周|星期)([日天一二三四五六])/.exec(about)?.[1]
  return !weekday || WEEKDAYS[new Date(date).getUTCDay()] === weekday.replace('天', '日') ? date : null
}

function isoOf(date: number): string {
  return new Date(date).toISOString().slice(0, 10)
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}

export function isWeekend(day: string): boolean {
  return [0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay())
}

/** What a tap on a day makes of it: a weekday is off or not; a weekend is worked, named as off, or neither. */
export function tapped(marks: Marks, day: string): Marks {
  const { [day]: mark, ...others } = marks
  if (mark === undefined) return { ...others, [day]: isWeekend(day) ? 'work' : 'off' }
  return others
}

/** In words, what the marks make of a year of plain weeks. */
export function effect(marks: Marks): string {
  const days = Object.keys(marks)
  const off = days.filter((day) => marks[day] === 'off')
  const spared = off.filter((day) => !isWeekend(day)).length
  const added = days.filter((day) => marks[day] === 'work' && isWeekend(day)).length
  return `放假 ${off.length} 天，其中 ${spared} 天本是工作日；${added} 个周末上班。工作日比按周末计算${differ(added - spared)}。`
}

function differ(days: number): string {
  return days ? `${days > 0 ? '多' : '少'} ${Math.abs(days)} 天` : '一样多'
}

/** How the marks differ from those before, in words; empty where they do not. */
export function changes(before: Marks, now: Marks): string {
  const days = [...new Set([...Object.keys(before), ...Object.keys(now)])].filter((day) => before[day] !== now[day])
  const added = days.filter((day) => !(day in before)).length
  const gone = days.filter((day) => !(day in now)).length
  const turned = days.length - added - gone
  const parts: [string, number][] = [
    ['新标', added],
    ['取消', gone],
    ['改变', turned],
  ]
  return parts
    .filter(([, count]) => count)
    .map(([words, count]) => `${words} ${count} 天`)
    .join('，')
}

/** The weeks of a month from Monday on; null where a day is of another month. */
export function weeksOf(month: string): (string | null)[][] {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const first = Date.UTC(year, number - 1, 1)
  const lead = (new Date(first).getUTCDay() + 6) % 7
  const length = new Date(Date.UTC(year, number, 0)).getUTCDate()
  const cells = Array.from({ length: Math.ceil((lead + length) / 7) * 7 }, (_, index) => {
    const day = index - lead
    return day >= 0 && day < length ? isoOf(first + day * DAY_MS) : null
  })
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7))
}
