"""请假: granted or refused; neither the kind of leave nor the officer's words leave the app."""

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.meetings.events import LeaveAnswered
from server.meetings.models import Leave, Meeting
from server.meetings.rules import LeaveStatus
from server.pushes import outbox, pages
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, places_of, to_member
from server.pushes.rules import Occasion


def answered(session: Session, event: LeaveAnswered) -> None:
    """Tell the member; they are told again when a leave is answered again."""
    leave, meeting = session.get_one(Leave, event.leave_id), session.get_one(Meeting, event.meeting_id)
    if event.status is LeaveStatus.granted:
        content = wording.leave_granted(meeting.title, leave.makeup_until)
    else:
        content = wording.leave_refused(meeting.title)
    message = DraftedMessage(
        Occasion.leave_answered, f"{leave.id}:{leave.version}", pages.meeting(meeting.id), due_at=event.now
    )
    places = places_of(session, [event.member_id], shanghai_date(event.now))
    drafts = [to_member(message, member_id, place, content) for member_id, place in places.items()]
    outbox.enqueue(session, drafts, now=event.now)
