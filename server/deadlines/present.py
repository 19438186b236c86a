"""Turn vacations and due days into what goes over the wire."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from server.deadlines.models import DeadlineMove, Vacation
from server.deadlines.rules import StripDay
from server.deadlines.schemas import DeadlineMoveOut, StripDayOut, VacationOut
from server.organizations.models import Category
from server.organizations.queries import account_names


def vacations_out(session: Session, rows: Sequence[Vacation]) -> list[VacationOut]:
    names = account_names(session, [row.entered_by for row in rows])
    return [
        VacationOut(
            id=row.id,
            category=Category(row.category),
            title=row.title,
            first_day=row.first_day,
            last_day=row.last_day,
            entered_by=names[row.entered_by],
            entered_at=row.entered_at,
        )
        for row in rows
    ]


def strip_out(days: Iterable[StripDay]) -> list[StripDayOut]:
    return [StripDayOut(day=each.day, counts=each.counts, why=each.why) for each in days]


def moves_out(session: Session, moves: Sequence[DeadlineMove]) -> list[DeadlineMoveOut]:
    names = account_names(session, [move.account_id for move in moves])
    return [
        DeadlineMoveOut(
            old_day=move.old_day,
            new_day=move.new_day,
            reason=move.reason,
            by=names.get(move.account_id or 0),
            at=move.at,
        )
        for move in moves
    ]
