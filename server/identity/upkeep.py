"""Delete what is over: kept answers, dead tokens and links, old counters.

Each deletes at most 1,000 rows and returns how many: call it again, in a new transaction, while it returns 1,000.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.identity.models import BindingAttempt, Counter, IdempotencyRecord, LoginLink, Token

BATCH = 1000
IDEMPOTENCY_LIFETIME = timedelta(hours=24)
DEAD_TOKEN_LIFETIME = timedelta(days=7)
ATTEMPT_LIFETIME = timedelta(days=1)


def purge_idempotency_records(session: Session, *, now: datetime) -> int:
    """Delete answers kept for repeats once they are 24 hours old."""
    return _purge(session, IdempotencyRecord.id, IdempotencyRecord.created_at <= now - IDEMPOTENCY_LIFETIME)


def purge_tokens(session: Session, *, now: datetime) -> int:
    """Delete tokens that ended a week ago or more."""
    long_ago = now - DEAD_TOKEN_LIFETIME
    return _purge(session, Token.id, or_(Token.expires_at <= long_ago, Token.revoked_at <= long_ago))


def purge_login_links(session: Session, *, now: datetime) -> int:
    """Delete links that expired a week ago or more, used or not."""
    return _purge(session, LoginLink.id, LoginLink.expires_at <= now - DEAD_TOKEN_LIFETIME)


def purge_attempts(session: Session, *, now: datetime) -> int:
    """Delete counters of wrong tries untouched for a day."""
    return _purge(session, BindingAttempt.key, BindingAttempt.updated_at <= now - ATTEMPT_LIFETIME)


def purge_counters(session: Session, *, now: datetime) -> int:
    """Delete counters whose window is over."""
    return _purge(session, Counter.key, Counter.ends_at <= now)


def _purge(session: Session, key: InstrumentedAttribute[Any], over: ColumnElement[bool]) -> int:
    keys = session.scalars(select(key).where(over).limit(BATCH)).all()
    session.execute(delete(key.class_).where(key.in_(keys)))
    return len(keys)
