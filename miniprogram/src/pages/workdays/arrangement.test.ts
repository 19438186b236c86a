import { describe, expect, it } from 'vitest'

import { changes, effect, isWeekend, readArrangement, tapped, weeksOf } from './arrangement'

const ANNOUNCED = `一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。`

const worked = (marks: Record<string, string>) =>
  Object.keys(marks)
    .filter((day) => marks[day] === 'work')
    .sort()

describe('an arrangement', () => {
  it('is read as the State Council writes it', () => {
    const { marks, unread } = readArrangement(ANNOUNCED, 2026)
    expect(unread).toEqual([])
    expect(worked(marks)).toEqual(['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'])
    expect(Object.keys(marks).length).toBe(33 + 6)
    expect(marks['2026-02-23']).toBe('off')
    expect(marks['2026-02-24']).toBeUndefined()
    expect(effect(marks)).toBe('放假 33 天，其中 19 天本是工作日；6 个周末上班。工作日比按周末计算少 13 天。')
  })

  it('of another year is not taken: the weekdays do not fit', () => {
    const { marks, unread } = readArrangement(ANNOUNCED, 2027)
    expect(marks).toEqual({})
    expect(unread.length).toBe(13)
  })

  it("is read line by line, in full width, with Excel's dates", () => {
    expect(readArrangement('2027-01-01 放假\n2027/1/2\t休\n１月３日　上班', 2027)).toEqual({
      marks: { '2027-01-01': 'off', '2027-01-02': 'off', '2027-01-03': 'work' },
      unread: [],
    })
  })

  it('keeps to its year and names what it cannot read', () => {
    expect(readArrangement('12月31日至2028年1月2日放假。', 2027).marks).toEqual({ '2027-12-31': 'off' })
    for (const text of [
      '2月30日放假',
      '13月1日上班',
      '2026年1月1日放假',
      '1月5日（周一）放假',
      '1月9日至3日放假',
      '国庆另行通知 10月1日',
    ]) {
      const { marks, unread } = readArrangement(text, 2027)
      expect([text, marks, unread.length]).toEqual([text, {}, 1])
    }
    expect(readArrangement('国办发明电〔2026〕7号，共8天，请遵照执行', 2027)).toEqual({ marks: {}, unread: [] })
  })

  it('is changed by a tap, and says what changed', () => {
    const once = tapped(tapped({}, '2027-01-01'), '2027-01-02')
    expect(once).toEqual({ '2027-01-01': 'off', '2027-01-02': 'work' })
    expect(tapped(tapped(once, '2027-01-01'), '2027-01-02')).toEqual({})
    expect(changes(once, { '2027-01-01': 'work', '2027-01-04': 'off' })).toBe('新标 1 天，取消 1 天，改变 1 天')
    expect(changes(once, { ...once })).toBe('')
  })

  it('stands in weeks that begin on Monday', () => {
    const weeks = weeksOf('2027-02')
    expect(weeks.length).toBe(4)
    expect([weeks[0]?.[0], weeks[3]?.[6]]).toEqual(['2027-02-01', '2027-02-28'])
    expect(weeksOf('2026-11')[0]).toEqual([null, null, null, null, null, null, '2026-11-01'])
    expect(isWeekend('2026-11-01')).toBe(true)
  })
})
