/** What is typed from a written decision. Pure. */
import { typedDay } from '@/format/dates'

/** What to mend of the two, or nothing. */
export function problemOfPaper(number: string, day: string): string {
  if (!number.trim()) return '请填写文号'
  return typedDay(day) ? '' : '日期请写成 2026-10-14 的样子'
}
