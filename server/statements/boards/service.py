"""A branch's board: a confirmed month, as much of it as the reader may see."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from sqlalchemy import BigInteger, Date, Row, ScalarSelect, Select, bindparam, func, null, or_, select
from sqlalchemy.orm import Session, aliased

from server.clock import SHANGHAI, shanghai_date
from server.errors import DomainError
from server.identity.models import Account, Grant
from server.identity.rules import RULES, Actor, Permission, Role, Target, roles_at
from server.organizations.models import Organization
from server.organizations.schemas import settings_out
from server.statements.boards.figures import Figures, Line, Names, figures_of, names_on
from server.statements.boards.rules import Publicity, View, publicity
from server.statements.models import Statement
from server.statements.rules import StatementStatus

_DAY = bindparam("day", type_=Date)


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above and below a board's rows. `confirmed_by` None: confirmed by itself."""

    statement_id: int
    root_id: int
    organization_id: int
    organization: str
    branch: str
    visibility: View
    period: str
    year: int
    until: date
    members: int
    exempt: int
    average: Decimal | None
    median: Decimal | None
    hash: str
    confirmed_at: datetime
    confirmed_by: str | None
    secretary: str | None
    earlier: str | None
    later: str | None


@dataclass(frozen=True, slots=True)
class Board:
    """`own` is the reader's own line, whatever the branch shows."""

    head: Head
    figures: Figures
    view: View
    own: Line | None
    names: Names
    publicity: Publicity
    today: date


def read_board(
    session: Session,
    *,
    organization_id: int,
    month: str | None,
    member_id: int | None,
    view: View | None,
    now: datetime,
) -> Board:
    """Return the branch's board of a month, or of the newest that stands, for a member or for nobody in particular.

    `view` None: as the branch decided. Raises DomainError 404 where no such month is confirmed.
    """
    today = shanghai_date(now)
    head = read_head(session, organization_id=organization_id, month=month, on=today)
    seen = view or head.visibility
    figures = figures_of(session, head.statement_id, head.hash)
    names = names_on(session, figures, head.hash, now=now)
    on_show = publicity(head.confirmed_at.astimezone(SHANGHAI), _works(session, head.root_id))
    return Board(head, figures, seen, figures.line_of(member_id), names, on_show, today)


def officers_view(actor: Actor, target: Target) -> View | None:
    """Return that those with a role over the branch see everything; None for its members."""
    roles = roles_at(actor, target.ancestor_ids) & RULES[Permission.board_read].roles
    return View.everything if roles else None


def is_fellow(actor: Actor, target: Target) -> bool:
    """Whether the reader belongs to the branch himself."""
    return target.ancestor_ids[-1] in actor.organization_ids


def read_head(session: Session, *, organization_id: int, month: str | None, on: date) -> Head:
    """Return the head of a branch's confirmed month, the newest by default. Raises DomainError 404."""
    named = Named.newest if month is None else Named.period
    row = session.execute(_heads(named), {"organization_id": organization_id, "day": on, "period": month}).one_or_none()
    if row is None:
        raise nothing_confirmed()
    return _head(row)


def nothing_confirmed() -> DomainError:
    message = "还没有已确认的月汇总：每月 3 日汇总上月积分，支部书记确认后公示"
    return DomainError("nothing_confirmed", message, status=HTTPStatus.NOT_FOUND)


def head_of(session: Session, statement_id: int, *, on: date) -> Head:
    """Return the head of a confirmed statement."""
    return _head(session.execute(_heads(Named.id), {"statement_id": statement_id, "day": on}).one())


class Named(Enum):
    """By what a statement is looked up."""

    newest = "newest"
    period = "period"
    id = "id"


@lru_cache
def _heads(named: Named) -> Select[*tuple[Any, ...]]:
    parent, confirmer = aliased(Organization), aliased(Account)
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
            parent.title.label("parent_title"),
            parent.parent_id.label("grandparent_id"),
            confirmer.name.label("confirmed_by"),
            _secretary().label("secretary"),
            _earlier().label("earlier"),
            (null() if named is Named.newest else _later()).label("later"),
        )
        .join(Organization, Organization.id == Statement.organization_id)
        .outerjoin(parent, parent.id == Organization.parent_id)
        .outerjoin(confirmer, confirmer.id == Statement.confirmed_by)
        .where(Statement.status == StatementStatus.confirmed)
    )
    if named is Named.id:
        return rows.where(Statement.id == bindparam("statement_id", type_=BigInteger))
    rows = rows.where(Statement.organization_id == bindparam("organization_id", type_=BigInteger))
    if named is Named.period:
        return rows.where(Statement.period == bindparam("period"))
    return rows.order_by(Statement.period.desc()).limit(1)


def _secretary() -> ScalarSelect[str]:
    return (
        select(Account.name)
        .join(Grant, Grant.account_id == Account.id)
        .where(
            Grant.organization_id == Statement.organization_id,
            Grant.role == Role.secretary,
            Grant.from_date <= _DAY,
            or_(Grant.until_date.is_(None), Grant.until_date > _DAY),
        )
        .order_by(Grant.id.desc())
        .limit(1)
        .correlate(Statement)
        .scalar_subquery()
    )


def _earlier() -> ScalarSelect[str]:
    other = aliased(Statement)
    before = _beside(other).where(other.period < Statement.period)
    return before.with_only_columns(func.max(other.period)).scalar_subquery()


def _later() -> ScalarSelect[str]:
    other = aliased(Statement)
    after = _beside(other).where(other.period > Statement.period)
    return after.with_only_columns(func.min(other.period)).scalar_subquery()


def _beside(other: type[Statement]) -> Select[str]:
    """The branch's confirmed statements beside the one at hand."""
    same = other.organization_id == Statement.organization_id
    return select(other.period).where(same, other.status == StatementStatus.confirmed).correlate(Statement)


def _head(row: Row[*tuple[Any, ...]]) -> Head:
    above = f"{row.parent_title} · " if row.parent_title and row.grandparent_id else ""
    return Head(
        statement_id=row.id,
        root_id=row.root_id,
        organization_id=row.organization_id,
        organization=f"{above}{row.title}",
        branch=row.title,
        visibility=View(settings_out(row.settings).board_visibility),
        period=row.period,
        year=row.year,
        until=row.until,
        members=row.members,
        exempt=row.exempt,
        average=row.average,
        median=row.median,
        hash=row.hash,
        confirmed_at=row.confirmed_at,
        confirmed_by=row.confirmed_by,
        secretary=row.secretary,
        earlier=row.earlier,
        later=row.later,
    )


def _works(session: Session, root_id: int) -> Callable[[date], bool]:
    return lambda day: day.weekday() < 5
