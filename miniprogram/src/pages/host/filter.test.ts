import { describe, expect, it } from 'vitest'

import type { RosterLine, Standing } from '@/api/rosters'

import { filtered, latest } from './filter'

function line(name: string, standing: Standing, cameAt = 0, observer = false): RosterLine {
  return {
    memberId: 1,
    name,
    observer,
    standing,
    standingTitle: '',
    came: cameAt > 0,
    helped: false,
    said: '',
    cameAt,
    cameWhen: '',
    leave: null,
  }
}

const LINES = [
  line('马超', 'expected'),
  line('许文静', 'absent'),
  line('高晓燕', 'on_leave'),
  line('孙浩', 'present', 2),
  line('周磊', 'late', 3),
  line('陈静', 'expected', 0, true),
  line('吴刚', 'present', 1, true),
]
const names = (lines: RosterLine[]) => lines.map(({ name }) => name)

describe('the four counts', () => {
  it('filter the roster', () => {
    expect(names(filtered(LINES, 'missing'))).toEqual(['马超', '许文静'])
    expect(names(filtered(LINES, 'leave'))).toEqual(['高晓燕'])
    expect(filtered(LINES, 'invited')).toHaveLength(7)
  })

  it('show who came last first, observers among them', () => {
    expect(names(filtered(LINES, 'came'))).toEqual(['周磊', '孙浩', '吴刚'])
    expect(names(latest(LINES, 1))).toEqual(['周磊'])
    expect(LINES[0]?.name).toBe('马超')
  })
})
