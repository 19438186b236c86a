"""Ask the feature that keeps the years whether something may still begin or end in a year that is over."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.errors import DomainError


class Check(Protocol):
    """Raises DomainError if one of the organizations has its results of the year of `since`, or of a later one."""

    def __call__(self, session: Session, organization_ids: Collection[int], *, since: date, today: date) -> None: ...


_checks: list[Check] = []


def register(check: Check) -> None:
    """Ask `check` before anything is dated in a year that is over; registering twice counts once."""
    if check not in _checks:
        _checks.append(check)


def refuse_drafted(session: Session, organization_ids: Collection[int], *, since: date, now: datetime) -> None:
    """Raise DomainError as the registered check does, or LookupError for a past year if none is registered."""
    today = shanghai_date(now)
    if since.year < today.year and not _checks:
        raise LookupError("no feature keeps the years of branches")
    for check in _checks:
        check(session, organization_ids, since=since, today=today)


def open_since(session: Session, organization_ids: Collection[int], *, now: datetime) -> date:
    """Return the first day of the first year that is still open: last year, unless one of the results of it stands.

    Raises LookupError as `refuse_drafted`.
    """
    year = shanghai_date(now).year
    try:
        refuse_drafted(session, organization_ids, since=date(year - 1, 1, 1), now=now)
    except DomainError:
        return date(year, 1, 1)
    return date(year - 1, 1, 1)
