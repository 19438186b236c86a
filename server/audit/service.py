"""Write an audit line; every feature calls `record`, with the row that the line is about if there is one."""

from datetime import datetime
from typing import Any, Protocol, TypedDict

from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.audit.subjects import AuditSubject


class Audited(Protocol):
    """A row of a university that audit lines can be about: its model names the `audit_subject`."""

    @property
    def id(self) -> int: ...
    @property
    def root_id(self) -> int | None: ...
    @property
    def audit_subject(self) -> AuditSubject: ...


class SpokenOf(TypedDict):
    root_id: int | None
    subject_kind: AuditSubject
    subject_id: int


def of(row: Audited, subject: AuditSubject | None = None) -> SpokenOf:
    """Return, for `record`, what a line says of its row; the subject is by default that of the row's model.

    The row needs its id: flush a new one first.
    """
    return {"root_id": row.root_id, "subject_kind": subject or row.audit_subject, "subject_id": row.id}


def record(
    session: Session,
    *,
    actor_id: int | None,
    action: str,
    subject_kind: AuditSubject,
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
