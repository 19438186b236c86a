"""我排第几: one's own position in the branch's confirmed months, and nobody else's."""

from bot import pages
from bot.replies.month import months_of, newest_months
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.wording import spoken_month
from server.organizations.queries import titles
from server.points.schemas import NEGATIVE_NOTE

NONE_YET = "名次随月汇总公布：每月3日生成、支部确认后可以查看。{}还没有已确认的月汇总。"


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    asked = meaning.slots.get("month")
    year = int(asked[:4] if asked else meaning.slots.get("year", turn.today.year))
    months = months_of(turn, year) if asked or "year" in meaning.slots else newest_months(turn)
    found = [(head, row) for head, row in months if asked is None or head.period == asked]
    if not found:
        when = spoken_month(asked, today=turn.today) if asked else f"{year}年"
        return [NONE_YET.format(when)]
    head, row = found[-1]
    branch = titles(turn.session, [head.organization_id])[head.organization_id]
    when = spoken_month(head.period, today=turn.today)
    if row.line.position is None:
        return [f"{when}月汇总：{NEGATIVE_NOTE}，不参加排名。"]
    words = f"截至{when}月汇总，您在{branch}排第 {row.line.position} 名（共 {head.members} 人，同分并列）。"
    return [f"{words}\n{turn.page(pages.month(head.period))}"]
