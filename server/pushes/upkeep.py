"""Delete what nobody needs any more: old pushes with all that belongs to them, and the record of calls.

Each deletes at most 1,000 rows and returns how many: call it again, in a new transaction, while it returns 1,000.
"""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from server.pushes import receipts
from server.pushes.models import Push, PushAttempt, Receipt, SubscriptionEntry

BATCH = 1000
PUSH_LIFETIME = timedelta(days=400)
"""A year, its close and the time for objections."""
ATTEMPT_LIFETIME = timedelta(days=90)


def purge_pushes(session: Session, *, now: datetime) -> int:
    """Delete the oldest pushes; ids grow with time, so that looking at the first ones is enough."""
    oldest = session.execute(select(Push.id, Push.created_at).order_by(Push.id).limit(BATCH))
    ids = [push_id for push_id, created_at in oldest if created_at <= now - PUSH_LIFETIME]
    session.execute(delete(PushAttempt).where(PushAttempt.push_id.in_(ids)))
    session.execute(update(SubscriptionEntry).where(SubscriptionEntry.push_id.in_(ids)).values(push_id=None))
    session.execute(delete(Push).where(Push.id.in_(ids)))
    return len(ids)


def purge_receipts(session: Session, *, now: datetime) -> int:
    """Delete reports that were applied, or that are on messages unknown here."""
    long_ago = or_(
        Receipt.applied_at <= now - ATTEMPT_LIFETIME,
        and_(Receipt.applied_at.is_(None), Receipt.received_at <= now - receipts.UNKNOWN_LIFETIME),
    )
    rows = session.scalars(select(Receipt).where(long_ago).limit(BATCH)).all()
    for row in rows:
        session.delete(row)
    return len(rows)


def purge_attempts(session: Session, *, now: datetime) -> int:
    """Delete the record of calls; the push itself keeps its result."""
    old = select(PushAttempt.id).where(PushAttempt.started_at <= now - ATTEMPT_LIFETIME)
    ids = session.scalars(old.order_by(PushAttempt.started_at).limit(BATCH)).all()
    session.execute(delete(PushAttempt).where(PushAttempt.id.in_(ids)))
    return len(ids)
