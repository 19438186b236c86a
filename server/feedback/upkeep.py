"""Destroying who reported, some time after the end (`XIANFENG_FEEDBACK_DAYS`)."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from server.days import day_start, shanghai_date
from server.feedback.models import Feedback, FeedbackPhoto

BATCH = 100


def destroy_identities(session: Session, *, keep_days: int, now: datetime) -> int:
    """Destroy names, contacts and photos of feedbacks that ended more than `keep_days` days ago, at most 100 at once.

    Return how many feedbacks that was.
    """
    over = Feedback.ended_at < day_start(shanghai_date(now) - timedelta(days=keep_days))
    has_photos = select(FeedbackPhoto.feedback_id).where(FeedbackPhoto.feedback_id == Feedback.id).exists()
    query = select(Feedback).where(over, or_(Feedback.name_sealed.is_not(None), has_photos))
    rows = session.scalars(query.order_by(Feedback.id).limit(BATCH).with_for_update()).all()
    for row in rows:
        destroy_identity(session, row, now=now)
    return len(rows)


def destroy_identity(session: Session, row: Feedback, *, now: datetime) -> None:
    """Destroy what could say who reported: name, contact, photos, and the mark of their network."""
    if row.name_sealed is not None:
        row.identity_gone_at = now
    row.name_sealed = row.contact_sealed = row.sender = None
    session.execute(delete(FeedbackPhoto).where(FeedbackPhoto.feedback_id == row.id))
    session.flush()
