"""通知公告: published, and again for those who have not read it. Only title and organization leave the app."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.notices import recipients
from server.notices.events import NoticePublished, UnreadReminded
from server.notices.models import Notice
from server.notices.rules import NoticeStatus
from server.organizations.models import Organization
from server.pushes import fanouts, pages
from server.pushes.fanouts import Drafting, FanoutPart
from server.pushes.models import Fanout
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, instant_key, places_of, to_member
from server.pushes.rules import Occasion

GOOD_FOR = timedelta(days=7)
"""After this time a notice is only read in the app."""


def published(session: Session, event: NoticePublished) -> None:
    _add(session, event.notice_id, Occasion.notice, str(event.notice_id), event.now)


def unread_reminded(session: Session, event: UnreadReminded) -> None:
    subject = f"{event.notice_id}@{instant_key(event.now)}"
    _add(session, event.notice_id, Occasion.notice_unread, subject, event.now)


def draft(session: Session, fanout: Fanout, limit: int, now: datetime) -> FanoutPart:
    """Draft for the next of those the notice is for today; a reminder skips those who have read it meanwhile."""
    notice = session.get_one(Notice, fanout.subject_id)
    if notice.status != NoticeStatus.published or notice.published_at is None:
        return FanoutPart()
    again = fanout.occasion == Occasion.notice_unread
    readers = recipients.readers(
        session, notice, has_read=False if again else None, after_id=fanout.after_id, limit=limit, now=now
    )
    publisher = session.get_one(Organization, notice.organization_id).title
    message = DraftedMessage(
        Occasion(fanout.occasion),
        fanout.subject,
        pages.notice(notice.id),
        due_at=fanout.due_at,
        expires_at=fanout.due_at + GOOD_FOR,
    )
    content = wording.notice(notice.title, publisher, notice.published_at, again=again)
    places = places_of(session, [reader.member_id for reader in readers], shanghai_date(now))
    drafts = [to_member(message, member_id, place, content) for member_id, place in places.items()]
    return FanoutPart(drafts, readers[-1].member_id if len(readers) == limit else None)


def _add(session: Session, notice_id: int, occasion: Occasion, subject: str, now: datetime) -> None:
    notice = session.get_one(Notice, notice_id)
    fanouts.add(
        session,
        root_id=notice.root_id,
        occasion=occasion,
        subject=subject,
        subject_id=notice_id,
        due_at=now,
        now=now,
    )


DRAFTINGS: Mapping[Occasion, Drafting] = {Occasion.notice: draft, Occasion.notice_unread: draft}
