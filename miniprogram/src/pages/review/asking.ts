/** What a reviewer is asked before he decides otherwise than by one tap. */
export type Asking = 'return' | 'adjust' | 'distinct'

interface Question {
  title: string
  /** What he can say with one tap. */
  ready: string[]
  hint: string
}

export const QUESTIONS: Record<Asking, Question> = {
  return: {
    title: '退回补充',
    ready: [
      '照片看不清，请重新拍摄',
      '请补充证明材料',
      '请写明时间、地点和做了什么',
      '项目选得不对，请改选',
      '与已申报的事项重复',
    ],
    hint: '还缺什么，写给本人看',
  },
  adjust: {
    title: '调低分值',
    ready: ['部分内容与其他申报重复', '实际时长少于申报', '参与了其中一部分', '级别以证书为准'],
    hint: '为什么调低，写给本人看',
  },
  distinct: {
    title: '与签到不是同一件事？',
    ready: ['签到的是另一场活动', '会后另外参加的服务', '当天先后两次活动'],
    hint: '为什么不是同一件事',
  },
}

/** What is wrong with a figure that is to take the place of `proposed`; empty if nothing is. */
export function figureProblem(points: string, proposed: string): string {
  if (!/^\d+(\.\d{1,2})?$/.test(points.trim()) || Number(points) <= 0)
    return '请填写大于 0 的分值，最多两位小数；不该计分的请选“退回”'
  return Number(points) < Number(proposed) ? '' : `只能调低，请填写小于 ${proposed} 的分值`
}
