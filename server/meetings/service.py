"""Meetings locked for a change."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import conflict, not_found
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.models import Meeting
from server.meetings.rules import MeetingStatus


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


def lock_active(session: Session, meeting_id: int) -> Meeting:
    """Return a meeting locked for changing what hangs on it. Raises DomainError 409 `meeting_cancelled`."""
    meeting = locked_meeting(session, meeting_id)
    if meeting.status == MeetingStatus.cancelled:
        raise conflict(MeetingErrorCode.meeting_cancelled, "这次会议已取消，不再登记考勤和请假")
    return meeting
