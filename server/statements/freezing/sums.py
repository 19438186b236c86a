"""What a statement says beyond each member's own points: change, position, 补记, averages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    insert,
    null,
    select,
    update,
)
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


def position(statement_id: Any, negative: Any, total: Any) -> ColumnElement[int | None]:
    """1, 2, 2, 4 by total within a branch; none under a negative-list decision."""
    rank = func.rank().over(partition_by=(statement_id, negative), order_by=total.desc())
    return case((negative, null()), else_=rank)


# Put together once: a branch's year is closed by itself, where this costs as much as the database's own work.
_IDS = bindparam("statement_ids", type_=BigInteger, expanding=True)
_OF_THESE = StatementLine.statement_id.in_(_IDS)
_COUNTED = StatementLine.negative.is_(False)

_BEFORE, _STATEMENT_BEFORE = aliased(StatementLine), aliased(Statement)
_SAME_BEFORE = and_(_BEFORE.statement_id == StatementLine.previous_id, _BEFORE.member_id == StatementLine.member_id)
_CHANGES = (
    update(StatementLine)
    .where(_OF_THESE, _SAME_BEFORE)
    .values(change=StatementLine.total - _BEFORE.total)
    .execution_options(synchronize_session=False)
)

_PLACE = position(StatementLine.statement_id, StatementLine.negative, StatementLine.total)
_RANKED = select(StatementLine.statement_id, StatementLine.member_id, _PLACE.label("place")).where(_OF_THESE).subquery()
_POSITIONS = (
    update(StatementLine)
    .where(StatementLine.statement_id == _RANKED.c.statement_id, StatementLine.member_id == _RANKED.c.member_id)
    .values(position=_RANKED.c.place)
    .execution_options(synchronize_session=False)
)

_MONTH = func.substr(cast(PointEntry.occurred_on, String(10)), 1, _MONTH_LENGTH).label("month")
_SINCE = and_(PointEntry.seq > _BEFORE.head_seq, PointEntry.seq <= StatementLine.head_seq)
_BACKDATED = (
    insert(StatementBackdated)
    .from_select(
        ["statement_id", "member_id", "month", "entries", "points"],
        select(StatementLine.statement_id, StatementLine.member_id, _MONTH, func.count(), func.sum(PointEntry.points))
        .join(_BEFORE, _SAME_BEFORE)
        .join(_STATEMENT_BEFORE, _STATEMENT_BEFORE.id == _BEFORE.statement_id)
        .join(PointEntry, and_(PointEntry.member_id == StatementLine.member_id, _SINCE))
        .where(_OF_THESE, PointEntry.year == bindparam("year", type_=Integer))
        .where(PointEntry.occurred_on <= _STATEMENT_BEFORE.until, PointEntry.source_kind != SourceKind.opening)
        .group_by(StatementLine.statement_id, StatementLine.member_id, _MONTH),
    )
    .execution_options(dml_strategy="raw")  # its parameters are not a row
)

_TOTALS = (
    select(
        StatementLine.statement_id,
        func.count(),
        func.sum(case((_COUNTED, 1), else_=0)),
        func.sum(case((_COUNTED, StatementLine.total), else_=0)),
    )
    .where(_OF_THESE)
    .group_by(StatementLine.statement_id)
)

_ORDERED = (
    select(
        StatementLine.statement_id,
        StatementLine.total,
        func.row_number().over(partition_by=StatementLine.statement_id, order_by=StatementLine.total).label("place"),
        func.count().over(partition_by=StatementLine.statement_id).label("people"),
    )
    .where(_OF_THESE, _COUNTED)
    .subquery()
)
_IN_THE_MIDDLE: ColumnElement[bool] = (2 * _ORDERED.c.place).between(_ORDERED.c.people, _ORDERED.c.people + 2)
_MEDIANS = select(_ORDERED.c.statement_id, _ORDERED.c.total).where(_IN_THE_MIDDLE)


def write_changes(session: Session, statement_ids: Sequence[int]) -> None:
    """Set every line's change since the statement before."""
    session.execute(_CHANGES, {"statement_ids": list(statement_ids)})


def write_positions(session: Session, statement_ids: Collection[int]) -> None:
    """Set the positions again, for statements whose lines were not all written at once with their present totals."""
    session.execute(_POSITIONS, {"statement_ids": list(statement_ids)})


def write_backdated(session: Session, statement_ids: Sequence[int], year: int) -> None:
    """Add what was posted since the previous statement for its month or an earlier one; openings do not count."""
    session.execute(_BACKDATED, {"statement_ids": list(statement_ids), "year": year})


def totals(session: Session, statement_ids: Sequence[int]) -> Mapping[int, Totals]:
    """Return members, average and median by statement; a statement without lines is left out."""
    medians = _medians(session, statement_ids)
    return {
        statement_id: Totals(members, _mean(points, int(listed)), medians.get(statement_id))
        for statement_id, members, listed, points in session.execute(_TOTALS, {"statement_ids": list(statement_ids)})
    }


def _mean(points: Decimal, people: int) -> Decimal | None:
    return finest(points / people) if people else None


def _medians(session: Session, statement_ids: Sequence[int]) -> Mapping[int, Decimal | None]:
    """Return each statement's median, from the one or two lines in the middle."""
    found: dict[int, list[Decimal]] = {}
    for statement_id, total in session.execute(_MEDIANS, {"statement_ids": list(statement_ids)}):
        found.setdefault(statement_id, []).append(total)
    return {statement_id: average(values) for statement_id, values in found.items()}
