"""Recurring meetings: each is a meeting of its own; `series_id` is the first one's id."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.errors import DomainError, not_found
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.models import Meeting
from server.meetings.planning.rules import MOST_MEETINGS, RepeatBy, monthly_days
from server.meetings.queries import get_meeting
from server.meetings.rules import MeetingStatus
from server.meetings.service import locked_meetings


@dataclass(frozen=True, slots=True)
class Repeat:
    """Once a month until a day, that day included."""

    by: RepeatBy
    until: date


def days_of(starts_at: datetime, repeat: Repeat | None) -> list[date]:
    """Return the days of a plan, the first included. Raises DomainError `invalid_repeat`."""
    first = shanghai_date(starts_at)
    if repeat is None:
        return [first]
    days = list(islice(monthly_days(first, by=repeat.by, until=repeat.until), MOST_MEETINGS + 1))
    if not days:
        raise DomainError(MeetingErrorCode.invalid_repeat, "重复的截止日期不能早于首次会议，请检查")
    if len(days) > MOST_MEETINGS:
        raise DomainError(MeetingErrorCode.invalid_repeat, f"一次最多安排 {MOST_MEETINGS} 次会议，请提前截止日期")
    return days


def locked_with_later(
    session: Session, meeting_id: int, *, following: bool, now: datetime
) -> tuple[Meeting, list[Meeting]]:
    """Return a meeting and, if `following`, those after it in its series that are not yet open; all locked."""
    meeting = get_meeting(session, meeting_id)
    ids = [later.id for later in in_series(session, meeting)] if following else []
    locked = {each.id: each for each in locked_meetings(session, {meeting_id, *ids})}
    if meeting_id not in locked:
        raise not_found("会议")
    meeting = locked.pop(meeting_id)
    later = [each for each in locked.values() if _follows(each, meeting, now)]
    return meeting, sorted(later, key=lambda each: (each.starts_at, each.id))


def _follows(later: Meeting, meeting: Meeting, now: datetime) -> bool:
    unopened = later.status == MeetingStatus.planned and later.opens_at > now
    return unopened and later.starts_at > meeting.starts_at


def in_series(session: Session, meeting: Meeting) -> Sequence[Meeting]:
    """Return the meetings of a meeting's series by time, itself included; none where it does not recur."""
    if meeting.series_id is None:
        return []
    series = select(Meeting).where(Meeting.series_id == meeting.series_id)
    return session.scalars(series.order_by(Meeting.starts_at, Meeting.id)).all()
