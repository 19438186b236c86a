"""What a statement says beyond each member's own points: change, position, 补记, averages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, insert, null, select, update
from sqlalchemy.orm import Session, aliased

from server.points.models import PointEntry, SourceKind
from server.rounding import finest
from server.statements.models import Statement, StatementBackdated, StatementLine
from server.statements.rules import average

_MONTH_LENGTH = len("2026-06")


@dataclass(frozen=True, slots=True)
class Totals:
    """A branch's members with a line, and their average and median without those under a negative-list decision."""

    members: int
    average: Decimal | None
    median: Decimal | None


def write_changes(session: Session, statement_ids: Sequence[int]) -> None:
    """Set every line's change since the statement before."""
    before = aliased(StatementLine)
    same = and_(before.statement_id == StatementLine.previous_id, before.member_id == StatementLine.member_id)
    changed = update(StatementLine).where(StatementLine.statement_id.in_(statement_ids), same)
    session.execute(
        changed.values(change=StatementLine.total - before.total), execution_options={"synchronize_session": False}
    )


def position(statement_id: Any, negative: Any, total: Any) -> ColumnElement[int | None]:
    """1, 2, 2, 4 by total within a branch; none under a negative-list decision."""
    rank = func.rank().over(partition_by=(statement_id, negative), order_by=total.desc())
    return case((negative, null()), else_=rank)


def write_positions(session: Session, statement_ids: Collection[int]) -> None:
    """Set the positions again, for statements whose lines were not all written at once with their present totals."""
    place = position(StatementLine.statement_id, StatementLine.negative, StatementLine.total)
    ranked = (
        select(StatementLine.statement_id, StatementLine.member_id, place.label("place"))
        .where(StatementLine.statement_id.in_(statement_ids))
        .subquery()
    )
    same = and_(StatementLine.statement_id == ranked.c.statement_id, StatementLine.member_id == ranked.c.member_id)
    session.execute(
        update(StatementLine).where(same).values(position=ranked.c.place),
        execution_options={"synchronize_session": False},
    )


def write_backdated(session: Session, statement_ids: Sequence[int], year: int) -> None:
    """Add what was posted since the previous statement for its month or an earlier one; openings do not count."""
    before, statement = aliased(StatementLine), aliased(Statement)
    month = func.substr(cast(PointEntry.occurred_on, String(10)), 1, _MONTH_LENGTH).label("month")
    since = and_(PointEntry.seq > before.head_seq, PointEntry.seq <= StatementLine.head_seq)
    late = (
        select(StatementLine.statement_id, StatementLine.member_id, month, func.count(), func.sum(PointEntry.points))
        .join(
            before,
            and_(before.statement_id == StatementLine.previous_id, before.member_id == StatementLine.member_id),
        )
        .join(statement, statement.id == before.statement_id)
        .join(PointEntry, and_(PointEntry.member_id == StatementLine.member_id, since))
        .where(StatementLine.statement_id.in_(statement_ids), PointEntry.year == year)
        .where(PointEntry.occurred_on <= statement.until, PointEntry.source_kind != SourceKind.opening)
        .group_by(StatementLine.statement_id, StatementLine.member_id, month)
    )
    columns = ["statement_id", "member_id", "month", "entries", "points"]
    session.execute(insert(StatementBackdated).from_select(columns, late))


def totals(session: Session, statement_ids: Sequence[int]) -> Mapping[int, Totals]:
    """Return members, average and median by statement; a statement without lines is left out."""
    medians = _medians(session, statement_ids)
    counted = StatementLine.negative.is_(False)
    query = (
        select(
            StatementLine.statement_id,
            func.count(),
            func.sum(case((counted, 1), else_=0)),
            func.sum(case((counted, StatementLine.total), else_=0)),
        )
        .where(StatementLine.statement_id.in_(statement_ids))
        .group_by(StatementLine.statement_id)
    )
    return {
        statement_id: Totals(members, _mean(points, int(listed)), medians.get(statement_id))
        for statement_id, members, listed, points in session.execute(query)
    }


def _mean(points: Decimal, people: int) -> Decimal | None:
    return finest(points / people) if people else None


def _medians(session: Session, statement_ids: Sequence[int]) -> Mapping[int, Decimal | None]:
    """Return each statement's median, from the one or two lines in the middle."""
    place = func.row_number().over(partition_by=StatementLine.statement_id, order_by=StatementLine.total)
    people = func.count().over(partition_by=StatementLine.statement_id)
    ordered = (
        select(StatementLine.statement_id, StatementLine.total, place.label("place"), people.label("people"))
        .where(StatementLine.statement_id.in_(statement_ids), StatementLine.negative.is_(False))
        .subquery()
    )
    middle: ColumnElement[bool] = (2 * ordered.c.place).between(ordered.c.people, ordered.c.people + 2)
    found: dict[int, list[Decimal]] = {}
    for statement_id, total in session.execute(select(ordered.c.statement_id, ordered.c.total).where(middle)):
        found.setdefault(statement_id, []).append(total)
    return {statement_id: average(values) for statement_id, values in found.items()}
