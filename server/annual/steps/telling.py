"""What people are told of a year's steps: members of report, publicity and filing, never a figure or a reason."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from server.annual.steps.courses import Way
from server.annual.steps.models import AnnualReport
from server.days import shanghai_date
from server.publicity.models import Publicity
from server.pushes.occasions import year_end
from server.pushes.occasions.year_end import YearStep


def reported(session: Session, way: Way, report: AnnualReport, member_ids: Collection[int], *, now: datetime) -> None:
    """Tell members that the meeting heard the results. A report after an undo is told again."""
    year_end.announce(
        session,
        organization_id=way.organization.id,
        year=way.branch_year.year,
        step=YearStep.report,
        on=shanghai_date(now),
        member_ids=member_ids,
        now=now,
        round_number=report.id,
    )


def shown(session: Session, way: Way, publicity: Publicity, member_ids: Collection[int], *, now: datetime) -> None:
    """Tell members that the results are on show, and until when."""
    year_end.announce(
        session,
        organization_id=way.organization.id,
        year=way.branch_year.year,
        step=YearStep.publicity,
        on=publicity.last_day,
        member_ids=member_ids,
        now=now,
        round_number=publicity.id,
    )


def filed(session: Session, way: Way, filing_id: int, member_ids: Collection[int], *, now: datetime) -> None:
    """Tell members that the filing was received."""
    year_end.announce(
        session,
        organization_id=way.organization.id,
        year=way.branch_year.year,
        step=YearStep.filed,
        on=shanghai_date(now),
        member_ids=member_ids,
        now=now,
        round_number=filing_id,
    )
