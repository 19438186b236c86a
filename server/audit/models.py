"""The audit trail: who did or looked at what, and the seals that say which lines there were."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, BigId, UtcDateTime


class AuditLine(Base):
    """One act or look. Subject and actor are plain ids, so that a line outlives what it refers to."""

    __tablename__ = "audit_lines"
    __table_args__ = (
        Index(None, "root_id", "id"),
        Index(None, "subject_kind", "subject_id"),
        Index(None, "actor_id", "at"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    request_id: Mapped[str | None] = mapped_column(String(64))


class AuditSeal(Base):
    """A batch of a root's lines as they were when it was sealed; `root_id` 0 is for lines without one.

    `marks` names each line and the beginning of its hash (`rules.marks`), so that one that is changed, gone or new can
    be named; `hash` covers the whole lines and the previous seal. `late` counts lines that became visible after a seal
    of later ones. Ids run from `from_id` to `to_id`, but only the marks say which of them belong here.
    """

    __tablename__ = "audit_seals"

    root_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    from_id: Mapped[int] = mapped_column(BigInteger)
    to_id: Mapped[int] = mapped_column(BigInteger)
    lines: Mapped[int]
    late: Mapped[int]
    marks: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
