"""Write an audit line; every feature calls this one function."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from server.audit.models import AuditLine


def record(
    session: Session,
    *,
    actor_id: int | None,
    action: str,
    subject_kind: str,
    subject_id: int | None,
    now: datetime,
    root_id: int | None = None,
    detail: dict[str, Any] | None = None,
    request_id: str | None = None,
) -> None:
    """Add a line in the caller's transaction. `actor_id` is an account's; `detail` holds no reason and no phone."""
    session.add(
        AuditLine(
            root_id=root_id,
            at=now,
            actor_id=actor_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            detail=detail or {},
            request_id=request_id,
        )
    )
