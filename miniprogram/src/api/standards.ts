import { api } from './client'
import type { components } from './schema'

type StandardDocument = components['schemas']['StandardDocument']
type Item = components['schemas']['Item']

export interface StandardItem {
  code: string
  title: string
  cap: string
  /** How points come or go. */
  rule: string
  /** For whom, where not for everyone. */
  whom: string
  evidence: string
  clause: string
}

export interface StandardSection {
  code: string
  title: string
  cap: string
  clause: string
  items: StandardItem[]
}

export interface Standard {
  title: string
  basis: string
  /** Where nobody published it for the year: whose it is, in words. */
  carried: string
  sections: StandardSection[]
  /** 负面清单. */
  negative: { code: string; title: string; clause: string }[]
}

const CATEGORIES: Record<string, string> = { staff: '教职工', student: '学生', retired: '离退休' }
const STAGES: Record<string, string> = {
  full: '正式党员',
  probationary: '预备党员',
  prospect: '发展对象',
  activist: '积极分子',
}

/** Read the 积分标准 in force for an organization's members in a year. */
export async function readStandard(organizationId: number, year: number): Promise<Standard> {
  const { document, carried_from_year: from } = await api.get('/organizations/{organization_id}/standards/in-force', {
    path: { organization_id: organizationId },
    query: { year },
  })
  return toStandard(
    document,
    from === null ? '' : `${year} 年度标准尚未发布，沿用 ${from} 年度标准，未备案；发布后以新标准为准。`,
  )
}

function toStandard(document: StandardDocument, carried = ''): Standard {
  return {
    title: document.title,
    basis: document.basis,
    carried,
    sections: document.sections.map((section) => ({
      code: section.code,
      title: section.title,
      cap: `满分 ${Number(section.cap)}`,
      clause: section.clause ?? '',
      items: document.items.filter((item) => item.section === section.code).map(toItem),
    })),
    negative: (document.negative_list ?? []).map(({ code, title, clause }) => ({ code, title, clause })),
  }
}

function toItem(item: Item): StandardItem {
  const whom = [
    ...(item.categories ?? []).map((each) => CATEGORIES[each] ?? each),
    ...(item.stages ?? []).map((each) => STAGES[each] ?? each),
  ]
  return {
    code: item.code,
    title: item.title,
    cap: String(Number(item.cap)),
    rule: ruleOf(item),
    whom: whom.join('、'),
    evidence: item.evidence_note ?? '',
    clause: item.clause,
  }
}

/** How an item's points come or go, in a sentence. */
function ruleOf(item: Item): string {
  const points = Number(item.points ?? 0)
  const unit = item.unit ?? '次'
  switch (item.method) {
    case 'deduct':
      return `起始 ${Number(item.cap)} 分，每缺一${unit}扣 ${points} 分`
    case 'ratio':
      return `按实到与应到的比例得分${Number(item.makeup_weight ?? 1) < 1 ? `，补课按 ${Number(item.makeup_weight)} 计` : ''}`
    case 'levels':
      return (item.levels ?? []).map((level) => `${level.title} ${Number(level.points)} 分`).join('，')
    case 'measured':
      return `按登记的分值，最高 ${Number(item.cap)} 分`
    default:
      return `每${unit} ${points} 分${item.month_cap ? `，每月最多 ${Number(item.month_cap)} 分` : ''}`
  }
}
