import { day } from '@/format/dates'
import { signed } from '@/format/points'

import { api } from './client'
import type { components } from './schema'

type BulletinOut = components['schemas']['BulletinOut']
type Figures = components['schemas']['BulletinFiguresOut']

/** 季通报: figures of branches, no member's name. */
export interface Bulletin {
  id: number
  title: string
  /** 文号, who published it and when. */
  from: string
  remarks: string
  facts: { name: string; text: string }[]
  bands: { title: string; count: number }[]
  branches: { id: number; title: string; words: string; average: string; acknowledged: boolean }[]
  missing: string
}

export async function readBulletin(id: number): Promise<Bulletin> {
  return toBulletin(await api.get('/bulletins/{bulletin_id}', { path: { bulletin_id: id } }))
}

/** 签收: a branch has received the bulletin; the first time counts. */
export async function acknowledgeBulletin(id: number, branchId: number): Promise<void> {
  await api.post('/bulletins/{bulletin_id}/branches/{organization_id}/receipt', {
    path: { bulletin_id: id, organization_id: branchId },
  })
}

export function toBulletin(dto: BulletinOut): Bulletin {
  const when = dto.published_at ? `${day(dto.published_at)}发布` : '草稿'
  return {
    id: dto.id,
    title: dto.title,
    from: [dto.document_number, dto.organization_title, when].filter(Boolean).join('，'),
    remarks: dto.remarks ?? '',
    facts: factsOf(dto.total),
    bands: dto.total.bands.map(({ title, count }) => ({ title, count })),
    branches: dto.parts.map(({ organization_id, title, figures, acknowledged_at }) => ({
      id: organization_id,
      title,
      words: `${figures.rated} 人${figures.rate ? `，到会率 ${figures.rate}%` : ''}`,
      average: figures.average ?? '—',
      acknowledged: acknowledged_at !== null,
    })),
    missing: dto.missing_branches.map(({ title }) => title).join('、'),
  }
}

function factsOf(total: Figures): Bulletin['facts'] {
  const change = total.change === null ? '' : `，较上季 ${signed(total.change)}`
  return [
    { name: '平均分', text: total.average === null ? '—' : total.average + change },
    { name: '参评', text: `${total.rated} 人${total.apart ? `，未参评 ${total.apart} 人` : ''}` },
    { name: '会议', text: `${total.meetings} 次${total.rate ? `，到会率 ${total.rate}%` : ''}` },
    { name: '申报审核', text: `${total.decisions} 条${total.review_days ? `，平均 ${total.review_days} 天` : ''}` },
  ]
}
