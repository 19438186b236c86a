"""What is written down after a meeting: the minutes, and photos of it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from server.errors import DomainError, conflict
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.models import Meeting
from server.meetings.planning.service import record
from server.meetings.rules import MeetingStatus
from server.meetings.service import locked_meeting
from server.photos import service as photos


def write_minutes(
    session: Session,
    *,
    meeting_id: int,
    text: str,
    photo_ids: Sequence[int],
    member_id: int | None,
    account_id: int,
    now: datetime,
) -> Meeting:
    """Set a meeting's minutes and photos; new photos are ones that the writer (`member_id`) uploaded as their own.

    Raises DomainError `not_begun`, 409 `meeting_cancelled`, or what attaching photos raises.
    """
    meeting = locked_meeting(session, meeting_id)
    if meeting.status == MeetingStatus.cancelled:
        raise conflict(MeetingErrorCode.meeting_cancelled, "会议已取消，不用写会议记录")
    if now < meeting.starts_at:
        raise DomainError(MeetingErrorCode.not_begun, "会议尚未开始，请在会议开始后再写会议记录")
    meeting.minutes = text
    photos.attach_to_meeting(
        session, meeting_id=meeting.id, member_id=member_id, photo_ids=photo_ids, uploaded_by=account_id
    )
    record(session, meeting, "meeting_minutes", account_id, now)
    session.flush()
    return meeting
