"""年度积分: the speaker's own result of a year that is over, once the members' meeting has heard it."""

from bot import pages
from bot.replies.score import reply as score
from bot.turn import Turn
from bot.understanding.engine import Meaning
from server.annual.results.present import result_out
from server.annual.results.queries import Result, result_of
from server.annual.results.rules import is_told
from server.identity.rules import Permission
from server.points.scores.timelines import year_branch
from server.presentation import points_text
from server.standards.versions import document_of
from server.years.queries import standing_of
from server.years.rules import may_have_ended

NOT_TOLD = "您{year}年度的积分结果还没有通报，党员大会通报后可以查看。到目前为止的积分，请说“{year}年我的积分”。"


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    turn.require_own(Permission.score_read)
    year = int(meaning.slots.get("year", turn.today.year - 1))
    if not may_have_ended(year, today=turn.today):
        return score(turn, Meaning("score", {"year": str(year)}))
    found = result_of(turn.session, turn.member_id, year)
    if found is not None and is_told(found.state):
        return ["\n".join([*_lines(turn, found), turn.page(pages.annual_result(year))])]
    if found is not None or _is_to_come(turn, year):
        return [NOT_TOLD.format(year=year)]
    return [f"没有您{year}年度的积分结果。"]


def _lines(turn: Turn, found: Result) -> list[str]:
    shown = result_out(found)
    words = f"{points_text(shown.total)} 分" if shown.total is not None else shown.note
    beside = f"（{shown.note}）" if shown.note and shown.total is not None else ""
    lines = [f"您{shown.year}年度的积分：{words}{beside}。" + ("（更正后）" if shown.corrected else "")]
    if shown.position is not None:
        lines.append(f"名次：第 {shown.position} 名（同分并列）")
    if shown.total is None or found.result.standard_id is None:
        return lines
    sections = {each.code: each for each in document_of(turn.session, found.result.standard_id).sections}
    return [*lines, *(f"{sections[each.code].title}：{points_text(each.points)}" for each in shown.sections)]


def _is_to_come(turn: Turn, year: int) -> bool:
    """Whether the branch that has the speaker's result of the year has not told its members yet."""
    branch_id = year_branch(turn.session, turn.member_id, year)
    return branch_id is not None and not is_told(standing_of(turn.session, branch_id, year).state)
