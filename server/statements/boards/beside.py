"""What a board shows that is not part of the frozen month: names, the secretary, the days it is on show, 年末补记.

A process remembers it for 30 seconds, as it does its callers' grants: after nine o'clock a whole branch looks at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Date, ScalarSelect, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from server.days import SHANGHAI, shanghai_date
from server.identity.models import Account, Grant
from server.identity.rules import Role
from server.organizations.models import Member, Organization
from server.organizations.workdays import calendar_of
from server.statements.boards.figures import BoardFigures, LruCache
from server.statements.boards.head import BoardHead
from server.statements.boards.rules import PublicityPeriod, publicity
from server.statements.late import LateLine, late_lines
from server.statements.models import Statement
from server.statements.rules import StatementStatus

LIFETIME = timedelta(seconds=30)

_DAY = bindparam("day", type_=Date)
_NAMES = select(Member.id, Member.name).where(Member.id.in_(bindparam("member_ids", type_=BigInteger, expanding=True)))


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """`organization` is “总支 · 支部”. `confirmed_by` None: it was automatic. `earlier`, `later`: the next months."""

    names: dict[int, str]
    organization: str
    confirmed_by: str | None
    secretary: str | None
    earlier: str | None
    later: str | None
    publicity: PublicityPeriod
    late: Sequence[LateLine] | None
    read_at: datetime

    def holds(self, now: datetime) -> bool:
        return timedelta(0) <= now - self.read_at < LIFETIME


_memory: LruCache[Beside] = LruCache()


def beside(session: Session, head: BoardHead, figures: BoardFigures, *, now: datetime) -> Beside:
    """Return what a board shows beside a statement, at most 30 seconds old."""
    found = _memory.recall(head.hash)
    if found is not None and found.holds(now):
        return found
    return _memory.keep(head.hash, _read(session, head, [line.member_id for line in figures.lines], now))


def _read(session: Session, head: BoardHead, member_ids: Sequence[int], now: datetime) -> Beside:
    row = session.execute(_SURROUNDINGS, {"statement_id": head.statement_id, "day": shanghai_date(now)}).one()
    above = f"{row.title} · " if row.title and row.parent_id else ""
    return Beside(
        names=dict(session.execute(_NAMES, {"member_ids": member_ids}).all()),
        organization=f"{above}{head.branch}",
        confirmed_by=row.confirmed_by,
        secretary=row.secretary,
        earlier=row.earlier,
        later=row.later,
        publicity=_publicity(session, head),
        late=late_lines(session, session.get_one(Statement, head.statement_id)),
        read_at=now,
    )


def _publicity(session: Session, head: BoardHead) -> PublicityPeriod:
    """Return the working days on which the month is on show at this university."""
    confirmed = head.confirmed_at.astimezone(SHANGHAI)
    return publicity(confirmed, calendar_of(session, root_id=head.root_id, around=confirmed.date()))


def _secretary() -> ScalarSelect[str]:
    return (
        select(Account.name)
        .join(Grant, Grant.account_id == Account.id)
        .where(
            Grant.organization_id == Statement.organization_id,
            Grant.role == Role.secretary,
            Grant.holds_on(_DAY),  # type: ignore[arg-type]  # bound later
        )
        .order_by(Grant.id.desc())
        .limit(1)
        .correlate(Statement)
        .scalar_subquery()
    )


def _earlier() -> ScalarSelect[str]:
    other = aliased(Statement)
    before = _siblings(other).where(other.period < Statement.period)
    return before.with_only_columns(func.max(other.period)).scalar_subquery()


def _later() -> ScalarSelect[str]:
    other = aliased(Statement)
    after = _siblings(other).where(other.period > Statement.period)
    return after.with_only_columns(func.min(other.period)).scalar_subquery()


def _siblings(other: type[Statement]) -> Select[str]:
    """The branch's confirmed statements other than the current one."""
    same = other.organization_id == Statement.organization_id
    return select(other.period).where(same, other.status == StatementStatus.confirmed).correlate(Statement)


_PARENT = aliased(Organization)
_SURROUNDINGS = (
    select(
        _PARENT.title,
        _PARENT.parent_id,
        Account.name.label("confirmed_by"),
        _secretary().label("secretary"),
        _earlier().label("earlier"),
        _later().label("later"),
    )
    .select_from(Statement)
    .join(Organization, Organization.id == Statement.organization_id)
    .outerjoin(_PARENT, _PARENT.id == Organization.parent_id)
    .outerjoin(Account, Account.id == Statement.confirmed_by)
    .where(Statement.id == bindparam("statement_id", type_=BigInteger))
)
