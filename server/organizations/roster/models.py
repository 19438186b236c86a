"""A roster on its way in: the import, and its parsed rows in chunks until they are applied."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String
from sqlalchemy.dialects.mysql import MEDIUMBLOB
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column

Blob = LargeBinary().with_variant(MEDIUMBLOB(), "mysql", "mariadb")


class ImportStatus(StrEnum):
    ready = "ready"
    queued = "queued"
    applying = "applying"
    done = "done"
    discarded = "discarded"


class RosterImport(Base):
    """One uploaded roster. The file itself is not kept; `problems` are the compressed row errors of the dry run.

    The thread that applies it holds a lease: a dead thread's import is taken over. Only workers of the previous release
    read `runner` and `heartbeat_at`.
    """

    __tablename__ = "roster_imports"
    audit_subject = AuditSubject.roster_import
    __table_args__ = (Index(None, "root_id", "status"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    file_name: Mapped[str] = mapped_column(String(255))
    create_missing: Mapped[bool]
    status: Mapped[ImportStatus] = mapped_column(enum_column())
    rows_total: Mapped[int]
    rows_done: Mapped[int] = mapped_column(default=0)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON)
    result: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    problems: Mapped[bytes] = mapped_column(Blob)
    effective_on: Mapped[date]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    runner: Mapped[str | None] = mapped_column(String(32))
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RosterChunk(Base):
    """Up to 500 good rows, compressed, phones sealed; applied in one transaction. `payload` is NULL from then on."""

    __tablename__ = "roster_chunks"

    import_id: Mapped[int] = mapped_column(ForeignKey("roster_imports.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    row_count: Mapped[int]
    payload: Mapped[bytes | None] = mapped_column(Blob)
    preview: Mapped[bytes | None] = mapped_column(Blob)
    problems: Mapped[bytes | None] = mapped_column(Blob)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
