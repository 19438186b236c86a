"""Whether branches' results stand, with a lock so that no branch takes a step before the transaction ends.

The lock is a shared one on the organization's row, since a branch that has taken no step has no other row.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Integer, and_, bindparam, select
from sqlalchemy.orm import Session

from server.organizations.models import Organization
from server.years.models import BranchYear
from server.years.queries import year_drafted
from server.years.rules import DRAFTED, is_drafted, may_have_ended

_OF_YEAR = and_(BranchYear.organization_id == Organization.id, BranchYear.year == bindparam("year", type_=Integer))
_STATES = (
    select(Organization.id, BranchYear.state)
    .outerjoin(BranchYear, _OF_YEAR)
    .where(Organization.id.in_(bindparam("ids", expanding=True)))
    .order_by(Organization.id)
)
_LOCKED_STATES = _STATES.with_for_update(read=True)
_EVER_DRAFTED = (
    select(BranchYear.year)
    .where(BranchYear.organization_id.in_(bindparam("ids", expanding=True)))
    .where(BranchYear.year >= bindparam("since", type_=Integer), BranchYear.state.in_(DRAFTED))
    .order_by(BranchYear.year)
    .limit(1)
)


def drafted(session: Session, organization_ids: Collection[int], *, year: int, lock: bool = False) -> frozenset[int]:
    """Return those of the branches whose results of a year stand.

    With `lock` no branch takes a step before the transaction ends.
    """
    if not organization_ids:
        return frozenset()
    rows = session.execute(_LOCKED_STATES if lock else _STATES, {"ids": list(organization_ids), "year": year})
    return frozenset(row.id for row in rows if row.state is not None and is_drafted(row.state))


def refuse_drafted(session: Session, organization_ids: Collection[int], *, since: date, today: date) -> None:
    """Raise DomainError 409 `year_drafted` where a branch's results stand for the year of `since` or a later one.

    For changes that hold from a day on, such as a membership. The branches take no step before the transaction ends.
    """
    if not may_have_ended(since.year, today=today):
        return
    session.execute(_LOCKED_STATES, {"ids": list(organization_ids), "year": since.year})
    year = session.scalar(_EVER_DRAFTED, {"ids": list(organization_ids), "since": since.year})
    if year is not None:
        raise year_drafted(year)
