"""How far branches have come with a year."""

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


def standings(session: Session, organization_ids: Collection[int], year: int) -> dict[int, YearStanding]:
    """Return how far each branch has come with a year, by its id."""
    rows = session.execute(_STANDINGS, {"ids": list(organization_ids), "year": year})
    return {row.id: _standing(row.settings, row.state, row.claim_until, year) for row in rows}


def standing_of(session: Session, organization_id: int, year: int) -> YearStanding:
    """Return how far one branch has come with a year."""
    return standings(session, [organization_id], year)[organization_id]


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
    """Return the last day for claims in a university's branches, except those for which it was moved."""
    return cut_off_day(year, session.get_one(Organization, root_id).settings.get(SETTING, DEFAULT_CUT_OFF))


def year_drafted(year: int) -> DomainError:
    """The error for anything that would change results that stand."""
    return conflict(YearErrorCode.year_drafted, drafted_words(year), year=year)


def _standing(settings: dict[str, str], state: str | None, claim_until: date | None, year: int) -> YearStanding:
    cut_off = claim_until or cut_off_day(year, settings.get(SETTING, DEFAULT_CUT_OFF))
    return YearStanding(YearState(state) if state else YearState.open, cut_off)
