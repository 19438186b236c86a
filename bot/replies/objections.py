"""异议到哪了: the speaker's own objections, how they stand and by when the next step is due. Never their words."""

from bot import pages
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.wording import numbered, short, spoken_day
from server.identity.rules import Permission
from server.objections import queries
from server.objections.models import Objection
from server.objections.rules import STATUS_TITLES, ObjectionStatus

MOST = 5
NONE = "您没有提出过异议。要提请说“我要提异议”。"


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    turn.require_own(Permission.objection_read)
    found = queries.of_member(turn.session, turn.member_id, limit=MOST)
    if not found:
        return [NONE]
    dues = queries.open_dues_of(turn.session, [row.id for row in found])
    lines = numbered(
        [_line(turn, row, row.id in dues and spoken_day(dues[row.id].due_on, today=turn.today)) for row in found]
    )
    return ["\n".join(["您提出的异议，最近的在前：", *lines, turn.page(pages.OBJECTIONS)])]


def _line(turn: Turn, row: Objection, due: str | bool) -> str:
    by = f"，{due}前有下一步" if due else ""
    return f"{short(row.title)}，{STATUS_TITLES[ObjectionStatus(row.status)]}{by}"
