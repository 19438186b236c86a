"""我的积分: the year so far, section by section."""

from bot import pages
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.wording import spoken_day
from server.errors import DomainError
from server.identity.rules import Permission
from server.points.schemas import NEGATIVE_NOTE
from server.points.scores import queries as reading
from server.points.scores.timelines import year_branch
from server.presentation import points_text
from server.years.queries import standing_of
from server.years.rules import claim_refusal


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    turn.require_own(Permission.score_read)
    year = int(meaning.slots.get("year", turn.today.year))
    explained = reading.explain(turn.session, member_id=turn.member_id, year=year, as_of=turn.now)
    when = f"到今天（{spoken_day(turn.today, today=turn.today)}），" if year == turn.today.year else ""
    total = NEGATIVE_NOTE if explained.score.negative else f"{points_text(explained.score.total)} 分"
    lines = [f"{when}您{year}年度的积分：{total}。"]
    for section in explained.score.sections:
        lines.append(
            f"{section.section.title}：{points_text(section.points)}（满分 {points_text(section.section.cap)}）"
        )
    if "year" not in meaning.slots:
        lines += _year_before(turn)
    lines.append(f"每一分的来源：{turn.page(pages.score(year))}")
    return ["\n".join(lines)]


def _year_before(turn: Turn) -> list[str]:
    """Say what last year's score is while claims for it are still possible."""
    year = turn.today.year - 1
    branch_id = year_branch(turn.session, turn.member_id, year)
    if branch_id is None:
        return []  # not a member then
    branch_year = standing_of(turn.session, branch_id, year)
    last = branch_year.cut_off
    if claim_refusal(branch_year.state, claimed_on=turn.today, cut_off=last):
        return []
    try:
        found = reading.explain(turn.session, member_id=turn.member_id, year=year, as_of=turn.now).score
    except DomainError:
        return []  # no standard
    total = NEGATIVE_NOTE if found.negative else f"{points_text(found.total)} 分"
    return [f"{year}年度：{total}，{spoken_day(last, today=turn.today)}（含当天）申报截止。"]
