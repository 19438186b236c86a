import { describe, expect, it } from 'vitest'

import { tapped, toKeepers } from './heads'

const grant = { from_date: '2026-01-01', until_date: null, organization_id: 1, member_id: null }

describe('the two who are sent the daily heads', () => {
  it('names each officer once, with every office', () => {
    expect(
      toKeepers([
        { ...grant, id: 1, account_id: 7, name: '周明', role: 'organization_department', role_title: '组织部' },
        { ...grant, id: 2, account_id: 8, name: '钱进', role: 'administrator', role_title: '系统管理员' },
        { ...grant, id: 3, account_id: 7, name: '周明', role: 'inspector', role_title: '监督员' },
      ]),
    ).toEqual([
      { accountId: 7, name: '周明', roles: '组织部、监督员' },
      { accountId: 8, name: '钱进', roles: '系统管理员' },
    ])
  })

  it('keeps the last two that were tapped', () => {
    expect(tapped([], 1)).toEqual([1])
    expect(tapped([1], 2)).toEqual([1, 2])
    expect(tapped([1, 2], 3)).toEqual([2, 3])
    expect(tapped([1, 2], 1)).toEqual([2])
  })
})
