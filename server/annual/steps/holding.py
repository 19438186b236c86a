"""A branch's year, to look at or to hold: who holds it is alone with it, and no posting passes them by."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual.results.models import AnnualEdition
from server.annual.steps.courses import Way, way_of
from server.errors import not_found
from server.organizations.models import Organization, OrganizationKind
from server.years import service as years
from server.years.models import BranchYear
from server.years.rules import YearState


def seen(session: Session, organization_id: int, year: int, *, now: datetime) -> Way:
    """Return a branch's year as it is; one in which nothing was done is made up. Raises DomainError `not_found`."""
    branch = _branch(session, organization_id)
    query = select(BranchYear).where(BranchYear.organization_id == branch.id, BranchYear.year == year)
    assert branch.root_id is not None
    made_up = BranchYear(
        root_id=branch.root_id,
        organization_id=branch.id,
        year=year,
        state=YearState.open,
        created_at=now,
        moved_at=now,
    )
    return way_of(session, branch, session.scalar(query) or made_up)


def held(session: Session, organization_id: int, year: int, *, now: datetime) -> Way:
    """Return a branch's year, held until the transaction ends. Raises DomainError `not_found`.

    Who also locks ledgers or a meeting does so first, as postings and settlements do.
    """
    branch = _branch(session, organization_id)
    branch_year = years.begun(session, organization_id=branch.id, year=year, now=now)
    years.hold(session, branch_year)
    return way_of(session, branch, branch_year)


def held_of(session: Session, edition: AnnualEdition) -> Way:
    """Return the year of an edition, held until the transaction ends."""
    query = select(BranchYear).where(
        BranchYear.organization_id == edition.organization_id, BranchYear.year == edition.year
    )
    branch_year = session.scalars(query).one()
    years.hold(session, branch_year)
    return way_of(session, _branch(session, edition.organization_id), branch_year)


def _branch(session: Session, organization_id: int) -> Organization:
    branch = session.get(Organization, organization_id)
    if branch is None or branch.kind != OrganizationKind.branch:
        raise not_found("党支部")
    return branch
