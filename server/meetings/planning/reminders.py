"""What the invited are to be told of a meeting, as rows for the pushes to take over.

Of a meeting that has begun they are only told if it is called off. Of a recurring meeting only the first is announced;
the others get a reminder the day before, so that planning a year is one message and not twelve.
"""

from datetime import datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.days import at_time
from server.meetings.models import Meeting, MeetingReminder

TOLD_AT = time(18)
"""In Shanghai, on the day before."""


class ReminderKind(StrEnum):
    planned = "planned"
    tomorrow = "tomorrow"
    changed = "changed"
    cancelled = "cancelled"


def remind_of_plan(session: Session, meeting: Meeting, *, announce: bool, now: datetime) -> None:
    """Announce a planned meeting, if at all, and remind of it the day before."""
    if announce:
        _tell(session, meeting, ReminderKind.planned, now)
    _remind_tomorrow(session, meeting, now)


def remind_of_change(session: Session, meeting: Meeting, *, announce: bool, now: datetime) -> None:
    """Tell of another time or place; the reminder of the day before moves with it."""
    _forget(session, meeting, ReminderKind.tomorrow)
    if announce:
        _tell(session, meeting, ReminderKind.changed, now)
    _remind_tomorrow(session, meeting, now)


def remind_of_cancelling(session: Session, meeting: Meeting, *, announce: bool, now: datetime) -> None:
    """Tell that a meeting is called off; what was not told yet never will be."""
    _forget(session, meeting, *ReminderKind)
    if announce:
        _add(session, meeting, ReminderKind.cancelled, due_at=now)


def is_ahead(meeting: Meeting, now: datetime) -> bool:
    return meeting.starts_at > now


def _tell(session: Session, meeting: Meeting, occasion: ReminderKind, now: datetime) -> None:
    if is_ahead(meeting, now):
        _add(session, meeting, occasion, due_at=now)


def _remind_tomorrow(session: Session, meeting: Meeting, now: datetime) -> None:
    day_before = meeting.day - timedelta(days=1)
    due_at = at_time(day_before, TOLD_AT)
    if due_at > now:
        _add(session, meeting, ReminderKind.tomorrow, due_at=due_at)


def _add(session: Session, meeting: Meeting, occasion: ReminderKind, *, due_at: datetime) -> None:
    """Add a reminder unless the meeting has it in this version."""
    known = select(MeetingReminder.id).where(
        MeetingReminder.meeting_id == meeting.id,
        MeetingReminder.occasion == occasion,
        MeetingReminder.meeting_version == meeting.version,
    )
    if session.scalar(known) is None:
        session.add(
            MeetingReminder(meeting_id=meeting.id, occasion=occasion, meeting_version=meeting.version, due_at=due_at)
        )
        session.flush()


def _forget(session: Session, meeting: Meeting, *occasions: ReminderKind) -> None:
    session.execute(
        delete(MeetingReminder).where(
            MeetingReminder.meeting_id == meeting.id,
            MeetingReminder.occasion.in_(occasions),
            MeetingReminder.taken_at.is_(None),
        )
    )
