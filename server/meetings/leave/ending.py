"""The end of a branch's 补课 of a year: it comes before the year's results are drawn up."""

from datetime import UTC, date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.days import SHANGHAI, day_end
from server.db import changed_rows
from server.meetings.models import Leave, Meeting, Roster
from server.meetings.rules import LeaveStatus
from server.organizations.models import Organization


def end_makeups(session: Session, *, organization_id: int, year: int, last: date) -> int:
    """Let no 补课 of a year's meetings last longer than `last` in a branch and its groups; return how many are cut.

    The lists fall due accordingly, so that what is missed is counted the day after. Safe to repeat.
    """
    begins, ends = (datetime(each, 1, 1, tzinfo=SHANGHAI).astimezone(UTC) for each in (year, year + 1))
    places = select(Organization.id).where(
        (Organization.id == organization_id) | (Organization.parent_id == organization_id)
    )
    of_year = select(Meeting.id).where(Meeting.starts_at >= begins, Meeting.starts_at < ends)
    rosters = select(Roster.id).where(Roster.organization_id.in_(places), Roster.meeting_id.in_(of_year))
    ids = session.scalars(rosters).all()
    if not ids:
        return 0
    cut = changed_rows(
        session,
        update(Leave)
        .where(Leave.roster_id.in_(ids), Leave.status == LeaveStatus.granted, Leave.makeup_until > last)
        .values(makeup_until=last),
    )
    over = day_end(last)
    session.execute(update(Roster).where(Roster.id.in_(ids), Roster.due_at > over).values(due_at=over))
    return cut
