"""月度积分: a confirmed month as it was frozen; before that, what has been posted for it so far."""

from bot import pages
from bot.replies.why import reply as why
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.wording import signed, spoken_month
from server.identity.rules import Permission
from server.points.schemas import NEGATIVE_NOTE
from server.presentation import points_text
from server.statements import queries as statements
from server.statements.late import late_lines
from server.statements.models import Statement
from server.statements.queries import StatementRow


def months_of(turn: Turn, year: int) -> list[tuple[Statement, StatementRow]]:
    """Return the speaker's confirmed months of a year, in order."""
    turn.require_own(Permission.statement_read)
    return statements.history(turn.session, member_id=turn.member_id, year=year, all_states=False)


def newest_months(turn: Turn) -> list[tuple[Statement, StatementRow]]:
    """Return the speaker's confirmed months of this year, or of the last while this one has none."""
    return months_of(turn, turn.today.year) or months_of(turn, turn.today.year - 1)


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    asked = meaning.slots.get("month")
    months = months_of(turn, int(asked[:4])) if asked else newest_months(turn)
    found = [(head, row) for head, row in months if asked is None or head.period == asked]
    if found:
        return [_statement(turn, *found[-1])]
    if asked is not None and asked > f"{turn.today:%Y-%m}":
        return [f"{spoken_month(asked, today=turn.today)}还没到，没有积分记录。"]
    month = asked or f"{turn.today:%Y-%m}"
    head = f"{spoken_month(month, today=turn.today)}的月汇总还没有公布（次月3日生成、支部确认后公布）。目前已入账的："
    return [head, *why(turn, Meaning("why", {"month": month}))]


def _statement(turn: Turn, head: Statement, row: StatementRow) -> str:
    when = spoken_month(head.period, today=turn.today)
    line = row.line
    if line.negative:
        return f"{when}积分汇总：{NEGATIVE_NOTE}。"
    change = f"，比上期 {signed(line.change)}" if line.change is not None else ""
    lines = [f"{when}积分汇总：{points_text(line.total)} 分{change}。"]
    if row.backdated:
        added = sum(part.entries for part in row.backdated)
        lines.append(f"含以前月份的补记 {added} 条。")
    late = late_lines(turn.session, head, member_id=turn.member_id)
    if late:
        lines.append(f"年末补记 {late[0].entries} 条（未封存），{head.year}年度现为 {points_text(late[0].total)} 分。")
    return "\n".join([*lines, turn.page(pages.month(head.period))])
