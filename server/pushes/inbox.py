"""A person's inbox: everything that was due for them, whether or not it could be sent."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from server.db import changed_rows
from server.errors import not_found
from server.pushes.models import Push


def received(
    session: Session,
    recipients: Sequence[str],
    *,
    unread_only: bool,
    before: tuple[datetime, int] | None,
    limit: int,
    now: datetime,
) -> list[Push]:
    """Return what was due, newest first; `before` is the instant and the id of the last one seen."""
    query = select(Push).where(_is_his(recipients, now))
    if unread_only:
        query = query.where(Push.read_at.is_(None))
    if before is not None:
        due_at, push_id = before
        query = query.where(or_(Push.due_at < due_at, and_(Push.due_at == due_at, Push.id < push_id)))
    return list(session.scalars(query.order_by(Push.due_at.desc(), Push.id.desc()).limit(limit)))


def unread(session: Session, recipients: Sequence[str], *, now: datetime) -> int:
    query = select(func.count()).select_from(Push).where(_is_his(recipients, now), Push.read_at.is_(None))
    return session.scalars(query).one()


def read(session: Session, recipients: Sequence[str], push_id: int, *, now: datetime) -> Push:
    """Note that a person has read a message; the first time counts. Raises DomainError `not_found` for another's."""
    query = select(Push).where(Push.id == push_id, _is_his(recipients, now)).with_for_update()
    push = session.scalar(query.execution_options(populate_existing=True))
    if push is None:
        raise not_found("消息")
    if push.read_at is None:
        push.read_at = now
        session.flush()
    return push


def read_all(session: Session, recipients: Sequence[str], *, now: datetime) -> int:
    """Note that a person has read everything so far; return how many were unread."""
    unread = update(Push).where(_is_his(recipients, now), Push.read_at.is_(None)).values(read_at=now)
    return changed_rows(session, unread)


def _is_his(recipients: Sequence[str], now: datetime) -> ColumnElement[bool]:
    return and_(Push.recipient.in_(recipients), Push.due_at <= now)
