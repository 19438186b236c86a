"""年末补记: what was posted for a year after its December was frozen. Read live until the year's closing freezes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from server.organizations.models import Member
from server.points.models import PointEntry, Score, SourceKind
from server.statements.models import Statement, StatementLine
from server.statements.rules import StatementStatus, is_december

TOTAL = ""


@dataclass(frozen=True, slots=True)
class LateMonth:
    """Entries for a month (`YYYY-MM`); points before any cap."""

    month: str
    entries: int
    points: Decimal


@dataclass(frozen=True, slots=True)
class LateLine:
    """A member's late entries; `total` is the year's total with them."""

    member_id: int
    name: str
    months: tuple[LateMonth, ...]
    total: Decimal

    @property
    def entries(self) -> int:
        return sum(each.entries for each in self.months)

    @property
    def points(self) -> Decimal:
        return sum((each.points for each in self.months), Decimal(0))


def late_lines(session: Session, statement: Statement, *, member_id: int | None = None) -> Sequence[LateLine] | None:
    """Return what came after a December, by member; None if the statement is not a December's or its year is closed.

    Members under a negative-list decision are left out: their year is reported separately.
    """
    if not is_december(statement.period) or _is_closed(session, statement):
        return None
    query = (
        select(Member.id, Member.name, PointEntry.occurred_on, PointEntry.points, Score.points.label("total"))
        .join(StatementLine, StatementLine.member_id == Member.id)
        .join(PointEntry, and_(PointEntry.member_id == Member.id, PointEntry.seq > StatementLine.head_seq))
        .join(Score, and_(Score.member_id == Member.id, Score.year == statement.year, Score.section == TOTAL))
        .where(StatementLine.statement_id == statement.id, PointEntry.year == statement.year, ~Score.negative)
        .where(PointEntry.source_kind != SourceKind.opening)
        .order_by(Member.id, PointEntry.occurred_on, PointEntry.seq)
    )
    if member_id is not None:
        query = query.where(Member.id == member_id)
    rows = session.execute(query).all()
    return [_line(list(of_member)) for _, of_member in groupby(rows, key=lambda row: row.id)]


def _is_closed(session: Session, december: Statement) -> bool:
    closed = (Statement.year == december.year, Statement.status == StatementStatus.closed)
    query = select(Statement.id).where(Statement.organization_id == december.organization_id, *closed)
    return session.scalar(query) is not None


def _line(rows: Sequence[Row[*tuple[Any, ...]]]) -> LateLine:
    months = groupby(rows, key=lambda row: f"{row.occurred_on:%Y-%m}")
    found = tuple(_month(month, [row.points for row in of_month]) for month, of_month in months)
    return LateLine(rows[0].id, rows[0].name, found, rows[0].total)


def _month(month: str, points: Sequence[Decimal]) -> LateMonth:
    return LateMonth(month, len(points), sum(points, Decimal(0)))
