"""How far branches have come with a year. Nothing here writes; locked, it holds until the transaction ends."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, Integer, and_, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from server.errors import DomainError, conflict
from server.organizations.models import Organization
from server.years.error_codes import YearErrorCode
from server.years.models import BranchYear
from server.years.rules import (
    DEFAULT_CUT_OFF,
    DRAFTED,
    YearStanding,
    YearState,
    cut_off_day,
    drafted_words,
    is_drafted,
    may_have_ended,
)

SETTING = "claim_cut_off"
"""The university's own cut-off in its settings."""

_ROOT = aliased(Organization)
_YEAR = bindparam("year", type_=Integer)
_OF_YEAR = and_(BranchYear.organization_id == Organization.id, BranchYear.year == _YEAR)
_STANDINGS = (
    select(Organization.id, _ROOT.settings, BranchYear.state, BranchYear.claim_until)
    .join(_ROOT, _ROOT.id == Organization.root_id)
    .outerjoin(BranchYear, _OF_YEAR)
    .where(Organization.id.in_(bindparam("ids", expanding=True)))
)
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


def standings(session: Session, organization_ids: Collection[int], year: int) -> dict[int, YearStanding]:
    """Return how far each branch has come with a year, by its id."""
    rows = session.execute(_STANDINGS, {"ids": list(organization_ids), "year": year})
    return {row.id: _standing(row.settings, row.state, row.claim_until, year) for row in rows}


def standing_of(session: Session, organization_id: int, year: int) -> YearStanding:
    """Return how far one branch has come with a year."""
    return standings(session, [organization_id], year)[organization_id]


def drafted(session: Session, organization_ids: Collection[int], *, year: int, lock: bool = False) -> frozenset[int]:
    """Return those of the branches whose results of a year stand.

    With `lock` no branch takes a step before the transaction ends: it is the organization's row that is locked, since a
    branch that has taken none has no other.
    """
    if not organization_ids:
        return frozenset()
    rows = session.execute(_LOCKED_STATES if lock else _STATES, {"ids": list(organization_ids), "year": year})
    return frozenset(row.id for row in rows if row.state is not None and is_drafted(row.state))


def is_drafted_at(organization_id: InstrumentedAttribute[int], year: int) -> ColumnElement[bool]:
    """The condition that the results of the branch in a column stand for a year."""
    moved = select(BranchYear.id).where(BranchYear.organization_id == organization_id, BranchYear.year == year)
    return moved.where(BranchYear.state.in_(DRAFTED)).exists()


def own_cut_offs(session: Session, root_id: int, year: int) -> dict[int, date]:
    """Return the cut-offs that were moved for branches of a university, by branch."""
    moved = select(BranchYear.organization_id, BranchYear.claim_until).where(
        BranchYear.root_id == root_id, BranchYear.year == year, BranchYear.claim_until.is_not(None)
    )
    return {organization_id: until for organization_id, until in session.execute(moved) if until is not None}


def cut_off_of_root(session: Session, root_id: int, year: int) -> date:
    """Return the last day for claims in a university's branches, but those for which it was moved."""
    return cut_off_day(year, session.get_one(Organization, root_id).settings.get(SETTING, DEFAULT_CUT_OFF))


def refuse_drafted(session: Session, organization_ids: Collection[int], *, since: date, today: date) -> None:
    """Raise DomainError 409 `year_drafted` where a branch's results stand for the year of `since` or a later one.

    For what holds from a day on, such as a membership. The branches take no step before the transaction ends.
    """
    if not may_have_ended(since.year, today=today):
        return
    session.execute(_LOCKED_STATES, {"ids": list(organization_ids), "year": since.year})
    year = session.scalar(_EVER_DRAFTED, {"ids": list(organization_ids), "since": since.year})
    if year is not None:
        raise year_drafted(year)


def year_drafted(year: int) -> DomainError:
    """The refusal of whatever would change results that stand."""
    return conflict(YearErrorCode.year_drafted, drafted_words(year), year=year)


def _standing(settings: dict[str, str], state: str | None, claim_until: date | None, year: int) -> YearStanding:
    cut_off = claim_until or cut_off_day(year, settings.get(SETTING, DEFAULT_CUT_OFF))
    return YearStanding(YearState(state) if state else YearState.open, cut_off)
