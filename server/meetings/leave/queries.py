"""What is read of leaves: those below an organization, and a member's own."""

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from server.meetings.models import Leave, Meeting, Roster
from server.meetings.rules import (
    LeaveStatus,
    MeetingStatus,
)
from server.organizations.models import Organization


def list_below(
    session: Session,
    *,
    organization: Organization,
    status: LeaveStatus,
    after: tuple[datetime, int] | None,
    limit: int,
) -> list[tuple[Leave, Meeting, Organization]]:
    """Return the leaves of rosters at and below an organization, the earliest asked first."""
    query = (
        select(Leave, Meeting, Organization)
        .join(Meeting, Meeting.id == Leave.meeting_id)
        .join(Roster, Roster.id == Leave.roster_id)
        .join(Organization, Organization.id == Roster.organization_id)
        .where(
            Leave.status == status,
            Meeting.status != MeetingStatus.cancelled,
            Organization.path.startswith(organization.path),
        )
    )
    if after is not None:
        at, leave_id = after
        query = query.where(or_(Leave.asked_at > at, and_(Leave.asked_at == at, Leave.id > leave_id)))
    rows = session.execute(query.order_by(Leave.asked_at, Leave.id).limit(limit))
    return [(leave, meeting, place) for leave, meeting, place in rows]


def leave_of(session: Session, *, meeting_id: int, member_id: int) -> Leave | None:
    """Return a member's leave from a meeting, whatever became of it."""
    return session.scalar(select(Leave).where(Leave.meeting_id == meeting_id, Leave.member_id == member_id))
