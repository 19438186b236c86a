"""反映情况: whoever is named to look into one. Never its words, nor a name."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from server.pushes import outbox, pages
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import DraftedMessage, HomePlace, to_account
from server.pushes.rules import Occasion


def announce(
    session: Session, *, feedback_id: int, version: int, place: HomePlace, account_id: int, until: date, now: datetime
) -> int:
    """Tell the one who looks into it, who has until that day; return 0 if they were told of this version."""
    message = DraftedMessage(
        Occasion.feedback_named, f"{feedback_id}:{version}", pages.feedback(feedback_id), due_at=now
    )
    return outbox.enqueue(session, [to_account(message, account_id, place, wording.feedback(until))], now=now)
