"""A branch's board: a confirmed month, as much of it as the reader may see."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.identity.rules import RULES, Actor, Permission, Target, roles_at
from server.statements.boards.beside import Beside, beside
from server.statements.boards.figures import BoardFigures, BoardLine, figures_of
from server.statements.boards.head import BoardHead, read_head
from server.statements.boards.rules import View


@dataclass(frozen=True, slots=True)
class Board:
    """`own` is the reader's own line, whatever the branch shows. `masked`: the viewer may not see whole names."""

    head: BoardHead
    figures: BoardFigures
    view: View
    masked: bool
    own: BoardLine | None
    beside: Beside
    today: date


def read_board(
    session: Session,
    *,
    organization_id: int,
    month: str | None,
    member_id: int | None,
    view: View | None,
    posted: bool,
    now: datetime,
) -> Board:
    """Return the branch's board of a month, or of the newest confirmed one, for a member or for nobody in particular.

    `view` None: as the branch decided. `posted`: as it hangs where anybody passes by.
    Raises DomainError 404 if no such month is confirmed.
    """
    head = read_head(session, organization_id=organization_id, month=month, now=now)
    figures = figures_of(session, head.statement_id, head.hash)
    return Board(
        head,
        figures,
        view or head.visibility,
        posted and not head.names_outside,
        figures.line_of(member_id),
        beside(session, head, figures, now=now),
        shanghai_date(now),
    )


def officers_view(actor: Actor, target: Target) -> View | None:
    """Return `everything` for those with a role over the branch; None for its members."""
    roles = roles_at(actor, target.ancestor_ids) & RULES[Permission.board_read].roles
    return View.everything if roles else None


def is_fellow(actor: Actor, target: Target) -> bool:
    """Whether the reader belongs to the branch."""
    return target.ancestor_ids[-1] in actor.organization_ids
