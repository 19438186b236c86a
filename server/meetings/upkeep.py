"""Deleting what is over: counters of wrong digits, links that opened a screen.

Each deletes at most 1,000 rows and returns how many: call it again, in a new transaction, while it returns 1,000.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from server.meetings.models import DigitTries, Meeting, ScreenLink

BATCH = 1000
TRIES_LIFETIME = timedelta(days=1)
LINK_LIFETIME = timedelta(days=7)


def purge_digit_tries(session: Session, *, now: datetime) -> int:
    """Delete counters of wrong digits a day after their meeting took the last check-in."""
    query = (
        select(DigitTries.meeting_id, DigitTries.account_id)
        .join(Meeting, Meeting.id == DigitTries.meeting_id)
        .where(Meeting.closes_at <= now - TRIES_LIFETIME)
    )
    keys = [tuple(row) for row in session.execute(query.limit(BATCH))]
    session.execute(delete(DigitTries).where(tuple_(DigitTries.meeting_id, DigitTries.account_id).in_(keys)))
    return len(keys)


def purge_screen_links(session: Session, *, now: datetime) -> int:
    """Delete links a week after they ran out."""
    keys = session.scalars(select(ScreenLink.id).where(ScreenLink.expires_at <= now - LINK_LIFETIME).limit(BATCH)).all()
    session.execute(delete(ScreenLink).where(ScreenLink.id.in_(keys)))
    return len(keys)
