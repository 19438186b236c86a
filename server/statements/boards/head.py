"""Which month a board shows, and its frozen figures as a whole: one look-up for every reader."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from sqlalchemy import BigInteger, Row, Select, bindparam, select
from sqlalchemy.orm import Session

from server.errors import DomainError
from server.organizations.models import Organization
from server.organizations.schemas import settings_out
from server.statements import queries
from server.statements.boards.rules import View
from server.statements.error_codes import StatementErrorCode
from server.statements.models import Statement
from server.statements.rules import StatementStatus


@dataclass(frozen=True, slots=True)
class BoardHead:
    """A confirmed statement, and how much of it its branch (`branch` is its title) shows.

    `names_outside`: people outside the branch see whole names, too.
    """

    statement_id: int
    root_id: int
    organization_id: int
    branch: str
    visibility: View
    names_outside: bool
    period: str
    year: int
    until: date
    members: int
    exempt: int
    average: Decimal | None
    median: Decimal | None
    hash: str
    confirmed_at: datetime


class NamedBy(Enum):
    """The key by which a statement is looked up."""

    newest = "newest"
    period = "period"
    id = "id"


def read_head(session: Session, *, organization_id: int, month: str | None, now: datetime) -> BoardHead:
    """Return the head of a branch's confirmed month, the newest by default. Raises DomainError 404 if there is none."""
    named = NamedBy.newest if month is None else NamedBy.period
    row = session.execute(_heads(named), {"organization_id": organization_id, "period": month}).one_or_none()
    if row is None:
        raise nothing_confirmed(queries.coming(session, organization_id=organization_id, now=now))
    return _head(row)


def head_of(session: Session, statement_id: int) -> BoardHead:
    """Return the head of a confirmed statement."""
    return _head(session.execute(_heads(NamedBy.id), {"statement_id": statement_id}).one())


def nothing_confirmed(coming: str | None = None) -> DomainError:
    message = f"还没有已确认的月汇总：{coming or '每月 3 日汇总上月积分'}，支部书记确认后公示"
    return DomainError(StatementErrorCode.nothing_confirmed, message, status=HTTPStatus.NOT_FOUND)


@lru_cache
def _heads(named: NamedBy) -> Select[*tuple[Any, ...]]:
    rows = (
        select(
            Statement.id,
            Statement.organization_id,
            Statement.period,
            Statement.year,
            Statement.until,
            Statement.members,
            Statement.exempt,
            Statement.average,
            Statement.median,
            Statement.hash,
            Statement.confirmed_at,
            Organization.root_id,
            Organization.title,
            Organization.settings,
        )
        .join(Organization, Organization.id == Statement.organization_id)
        .where(Statement.status == StatementStatus.confirmed)
    )
    if named is NamedBy.id:
        return rows.where(Statement.id == bindparam("statement_id", type_=BigInteger))
    rows = rows.where(Statement.organization_id == bindparam("organization_id", type_=BigInteger))
    if named is NamedBy.period:
        return rows.where(Statement.period == bindparam("period"))
    return rows.order_by(Statement.period.desc()).limit(1)


def _head(row: Row[*tuple[Any, ...]]) -> BoardHead:
    settings = settings_out(row.settings)
    return BoardHead(
        statement_id=row.id,
        root_id=row.root_id,
        organization_id=row.organization_id,
        branch=row.title,
        visibility=View(settings.board_visibility),
        names_outside=settings.board_names_outside,
        period=row.period,
        year=row.year,
        until=row.until,
        members=row.members,
        exempt=row.exempt,
        average=row.average,
        median=row.median,
        hash=row.hash,
        confirmed_at=row.confirmed_at,
    )
