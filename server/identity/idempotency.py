"""One row per (caller, Idempotency-Key), written in the same transaction as the effect (design §6)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.errors import DomainError, conflict
from server.identity.error_codes import IdentityErrorCode
from server.identity.models import IdempotencyRecord


def claim(
    session: Session, *, identity_id: int, key: str, route: str, body_hash: str, now: datetime
) -> IdempotencyRecord:
    """Return the finished record of this key, or a new one with status 0 for the caller to fill.

    While the first call with a key is at work, its row is locked: an equal call waits here until the first one
    has ended. Raises DomainError `idempotency_mismatch` (422) for another route or body.
    """
    record = IdempotencyRecord(
        identity_id=identity_id, key=key, route=route, body_hash=body_hash, status=0, body="", created_at=now
    )
    found = _find(session, identity_id, key)
    if found is None:
        try:
            with session.begin_nested():
                session.add(record)
            return record
        except IntegrityError:
            found = _find(session, identity_id, key)
            if found is None:  # purged between the two statements
                raise conflict(IdentityErrorCode.idempotency_running, "同一请求正在处理，请稍候再试") from None
    if (found.route, found.body_hash) != (route, body_hash):
        raise DomainError(
            IdentityErrorCode.idempotency_mismatch, "上一次提交已经收到，内容与这次不同，请刷新查看后再决定是否另行提交"
        )
    return found


def _find(session: Session, identity_id: int, key: str) -> IdempotencyRecord | None:
    return session.scalar(
        select(IdempotencyRecord).where(IdempotencyRecord.identity_id == identity_id, IdempotencyRecord.key == key)
    )
