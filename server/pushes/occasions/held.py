"""签到待确认: what the host decided; the host's words stay in the app."""

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.meetings.events import HeldCheckInDecided
from server.meetings.models import HeldCheckIn, Meeting
from server.meetings.rules import HeldStatus
from server.pushes import outbox, pages
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, places_of, to_member
from server.pushes.rules import Occasion


def decided(session: Session, event: HeldCheckInDecided) -> None:
    """Tell the member; they are told again when a check-in is decided again."""
    meeting = session.get_one(Meeting, event.meeting_id)
    held = session.get_one(HeldCheckIn, (event.meeting_id, event.member_id))
    confirmed = event.status is HeldStatus.confirmed
    content = (wording.check_in_confirmed if confirmed else wording.check_in_dismissed)(meeting.title, held.scanned_at)
    subject = f"{meeting.id}:{event.now.timestamp():.6f}"
    message = DraftedMessage(Occasion.check_in_decided, subject, pages.meeting(meeting.id), due_at=event.now)
    places = places_of(session, [event.member_id], shanghai_date(event.now))
    drafts = [to_member(message, member_id, place, content) for member_id, place in places.items()]
    outbox.enqueue(session, drafts, now=event.now)
