"""公示到什么时候: what is on show in the speaker's branch or about to be, until when and where. No name, no figure."""

from bot import pages
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.wording import spoken_day
from server.identity.rules import Permission
from server.organizations.queries import branch_of
from server.organizations.targets import of_organization
from server.publicity import queries
from server.publicity.models import Publicity
from server.publicity.present import items_out, phase_of
from server.publicity.rules import PublicityPhase

LOOKED_AT = 20
_COMING = (PublicityPhase.running, PublicityPhase.paused, PublicityPhase.upcoming)


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    branch = branch_of(turn.session, member_id=turn.member_id, on=turn.today)
    turn.require(Permission.publicity_read, of_organization(turn.session, branch.id) if branch else None)
    assert branch is not None
    rows = queries.of_organization(turn.session, branch.id, approved_only=True, before_id=None, limit=LOOKED_AT)
    phases = {row.id: phase_of(row, queries.terms_for(turn.session, row), turn.today) for row in rows}
    if found := [row for row in rows if phases[row.id] in _COMING]:
        return [_told(turn, row) for row in found]
    over = next((row for row in rows if phases[row.id] is PublicityPhase.over), None)
    if over is None:
        return [f"{branch.title}目前没有公示。"]
    return [f"{branch.title}目前没有公示，最近一次到{spoken_day(over.last_day, today=turn.today)}为止，已经结束。"]


def _told(turn: Turn, row: Publicity) -> str:
    item = items_out(turn.session, [row], turn.now)[0]
    first, last = (spoken_day(day, today=turn.today) for day in (item.first_day, item.last_day))
    lines = [
        f"《{item.title}》公示到{last}（含当天）为止。",
        f"{item.phase_words}；{first}起，共 {row.working_days} 个工作日，地点：{row.place}。",
    ]
    due = queries.due_day_of(turn.session, row)
    if due is not None and due.moves:
        moved = due.moves[-1]
        lines.append(f"原定{spoken_day(moved.old_day, today=turn.today)}止，改期原因：{moved.reason}。")
    return "\n".join([*lines, turn.page(pages.publicity(row.id))])
