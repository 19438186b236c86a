"""A branch's year as tests need it: moved on to a state by the steps that lead there."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from server.years import service
from server.years.models import BranchYear
from server.years.rules import YearState

OLD = 2026
"""The year of the cast, which is over in these tests."""

DRAFTING = datetime(2027, 1, 15, 2, tzinfo=UTC)
"""15 January 2027, 10:00 in Shanghai: branches draw up their results."""

STEPS = (YearState.closing, YearState.drafted, YearState.reported, YearState.publicized)


def moved_to(
    session: Session, organization_id: int, state: YearState, *, year: int = OLD, now: datetime = DRAFTING
) -> BranchYear:
    """Take a branch's year forward to a state and commit."""
    branch_year = service.begun(session, organization_id=organization_id, year=year, now=now)
    for step in STEPS[: STEPS.index(state) + 1]:
        service.move(session, branch_year, step, account_id=None, now=now)
    session.commit()
    return branch_year


def drafted(session: Session, organization_id: int, *, now: datetime = DRAFTING) -> BranchYear:
    """Have a branch's results of the old year stand, and commit."""
    return moved_to(session, organization_id, YearState.drafted, now=now)
