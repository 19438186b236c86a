/** What an officer can do by hand for someone on a list, and the words that usually say why. Pure. */
import type { RosterLine } from '@/api/rosters'

export type Act = 'present' | 'late' | 'toPresent' | 'toLate' | 'makeUp' | 'leave' | 'undo'

/** How far a meeting's check-in has come. */
export type Stage = 'before' | 'open' | 'over'

const CAME = ['手机没电或没带手机，现场登记', '不会使用手机，现场登记', '扫码未成功，主持人证实到会']
const MISTAKEN = ['登记有误，本人说明', '登记有误，现场核实']

export const ACTS: Record<Act, { title: string; asks: string; usual: string[] }> = {
  present: { title: '登记出席', asks: '为什么代为登记', usual: CAME },
  late: { title: '登记迟到', asks: '为什么代为登记', usual: CAME },
  toPresent: { title: '更正为出席', asks: '更正的原因', usual: MISTAKEN },
  toLate: { title: '更正为迟到', asks: '更正的原因', usual: MISTAKEN },
  makeUp: {
    title: '登记补课',
    asks: '补课的依据',
    usual: ['自学材料并交学习笔记', '支部委员送学上门', '参加另一场补课'],
  },
  leave: { title: '补办请假', asks: '请假的事由', usual: ['因病就医', '出差在外', '家中有急事'] },
  undo: { title: '撤销登记', asks: '撤销的原因', usual: MISTAKEN },
}

export function actsFor(line: RosterLine, stage: Stage): Act[] {
  if (line.standing === 'made_up') return ['undo']
  if (line.came) return [line.standing === 'late' ? 'toPresent' : 'toLate', 'undo']
  const acts: Act[] = stage === 'before' ? [] : ['present', 'late']
  if (line.observer) return acts
  if (stage === 'over' || (line.leave?.granted && stage !== 'before')) acts.push('makeUp')
  if (!line.leave?.granted && !line.leave?.waiting) acts.push('leave')
  return acts
}

/** What is still to be mended before an act can be sent, by field. */
export function problemsOf(
  act: Act,
  given: { words: string; on: string; lateWords: string },
  makeupUntil: string,
): Partial<Record<'words' | 'lateWords', string>> {
  const short = given.words.trim().length < 2
  const late = act === 'makeUp' && given.on > makeupUntil && given.lateWords.trim().length < 2
  return {
    ...(short && { words: `请写明${ACTS[act].asks.replace('为什么代为登记', '代为登记的原因')}` }),
    ...(late && { lateWords: '补课期限已过，请写明逾期原因' }),
  }
}
