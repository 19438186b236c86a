"""会议: planned, tomorrow, changed, cancelled. Takes over what planning a meeting left in `MeetingReminder`."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.meetings.models import Invitation, Leave, Meeting, MeetingReminder
from server.meetings.rules import LeaveStatus, MeetingStatus
from server.pushes import fanouts, pages
from server.pushes.fanouts import FanoutPart
from server.pushes.models import Fanout
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, concerned, places_of, to_member
from server.pushes.robots import queries as robots_queries
from server.pushes.robots import rules
from server.pushes.robots import service as robots
from server.pushes.robots.rules import AnnouncementKind
from server.pushes.rules import Occasion

TAKEN_AT_ONCE = 500


def take_over(session: Session, *, now: datetime) -> int:
    """Turn up to 500 due reminders into fan-outs; return how many. Call it again while it returns 500."""
    due = (
        select(MeetingReminder)
        .where(MeetingReminder.taken_at.is_(None), MeetingReminder.due_at <= now)
        .order_by(MeetingReminder.due_at, MeetingReminder.id)
        .limit(TAKEN_AT_ONCE)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    reminders = [reminder for reminder in session.scalars(due) if reminder.taken_at is None]
    for reminder in reminders:
        _add(session, reminder, now)
        reminder.taken_at = now
    session.flush()
    return len(reminders)


def draft(session: Session, fanout: Fanout, limit: int, now: datetime) -> FanoutPart:
    """Draft for the next of those invited, with the meeting as it is now.

    Those on leave are not reminded. But they must know if it moves or is called off: they may be able to come now.
    What comes after the meeting has begun is no longer sent, but it is in the inbox: see `outbox`.
    """
    meeting = session.get_one(Meeting, fanout.subject_id)
    occasion = Occasion(fanout.occasion)
    if not still_holds(meeting, occasion, fanout.due_at):
        return FanoutPart()
    member_ids = session.scalars(
        select(Invitation.member_id)
        .where(Invitation.meeting_id == meeting.id, Invitation.member_id > fanout.after_id)
        .order_by(Invitation.member_id)
        .limit(limit)
    ).all()
    away = _on_leave(session, meeting) if occasion is Occasion.meeting_tomorrow else frozenset()
    expires_at = meeting.starts_at if fanout.due_at < meeting.starts_at else None
    message = DraftedMessage(
        occasion, fanout.subject, pages.meeting(meeting.id), due_at=fanout.due_at, expires_at=expires_at
    )
    content = wording.meeting(meeting.title, meeting.starts_at, meeting.place, occasion.removeprefix("meeting_"))
    told = [member_id for member_id in member_ids if member_id not in away]
    places = places_of(session, concerned(session, message, told, now), shanghai_date(now))
    drafts = [to_member(message, member_id, place, content) for member_id, place in places.items()]
    return FanoutPart(drafts, member_ids[-1] if len(member_ids) == limit else None)


def still_holds(meeting: Meeting, occasion: Occasion, due_at: datetime) -> bool:
    """Whether no later cause has replaced this one: the meeting called off, or moved from that day."""
    if occasion is Occasion.meeting_cancelled:
        return meeting.status == MeetingStatus.cancelled
    if occasion is Occasion.meeting_tomorrow and meeting.day != shanghai_date(due_at) + timedelta(days=1):
        return False
    return meeting.status != MeetingStatus.cancelled


def _on_leave(session: Session, meeting: Meeting) -> frozenset[int]:
    granted = select(Leave.member_id).where(Leave.meeting_id == meeting.id, Leave.status == LeaveStatus.granted)
    return frozenset(session.scalars(granted))


def _add(session: Session, reminder: MeetingReminder, now: datetime) -> None:
    fanouts.add(
        session,
        root_id=session.get_one(Meeting, reminder.meeting_id).root_id,
        occasion=Occasion(f"meeting_{reminder.occasion}"),
        subject=f"{reminder.meeting_id}:{reminder.meeting_version}",
        subject_id=reminder.meeting_id,
        due_at=reminder.due_at,
        now=now,
    )


def announce_tomorrow(session: Session, fanout: Fanout, now: datetime) -> None:
    """Have the branch's group told of it as well, in general words, if the branch chose so."""
    meeting = session.get_one(Meeting, fanout.subject_id)
    robot = robots_queries.robot_of(session, meeting.organization_id)
    holds = still_holds(meeting, Occasion.meeting_tomorrow, fanout.due_at)
    if robot is None or not robot.meeting_tomorrow or not holds:
        return
    text = rules.meeting_tomorrow(meeting.title, wording.moment(meeting.starts_at), meeting.place)
    robots.add(
        session,
        meeting.organization_id,
        AnnouncementKind.meeting_tomorrow,
        fanout.subject,
        text,
        due_at=fanout.due_at,
        until=meeting.starts_at,
        now=now,
    )
