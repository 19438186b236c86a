"""Small look-ups that everything about meetings shares."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import not_found
from server.meetings import planning_rules
from server.meetings.models import Meeting, Roster
from server.meetings.planning_rules import MeetingPhase
from server.meetings.rules import MeetingStatus


def get_meeting(session: Session, meeting_id: int) -> Meeting:
    """Return a meeting. Raises DomainError `not_found`."""
    meeting = session.get(Meeting, meeting_id)
    if meeting is None:
        raise not_found("会议")
    return meeting


def locked_meeting(session: Session, meeting_id: int) -> Meeting:
    """Return a meeting, locked and as it stands now. Raises DomainError `not_found`."""
    found = locked_meetings(session, {meeting_id})
    if not found:
        raise not_found("会议")
    return found[0]


def locked_meetings(session: Session, meeting_ids: Collection[int]) -> list[Meeting]:
    """Return meetings, locked in the order of their ids and as they stand now."""
    query = select(Meeting).where(Meeting.id.in_(meeting_ids)).order_by(Meeting.id).with_for_update()
    return list(session.scalars(query.execution_options(populate_existing=True)))


def phase_of(meeting: Meeting, now: datetime) -> MeetingPhase:
    """Return where a meeting stands now."""
    return planning_rules.phase(MeetingStatus(meeting.status), meeting.window, now=now)


def rosters_of(session: Session, meeting_id: int) -> list[Roster]:
    """Return a meeting's rosters, oldest first."""
    return list(session.scalars(select(Roster).where(Roster.meeting_id == meeting_id).order_by(Roster.id)))
