"""积分标准 and their versions."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column
from server.standards.rules import StandardDocument
from server.text import STORED


class StandardStatus(StrEnum):
    draft = "draft"
    published = "published"
    withdrawn = "withdrawn"


class DraftSource(StrEnum):
    """What a draft begins with."""

    blank = "blank"
    default = "default"
    last_year = "last_year"
    version = "version"


class Standard(Base):
    """One version of an organization's standard for one year. Published it is frozen; `content_hash` proves it.

    `in_force` is true on one published version per organization, year and audience and null on all others, so that the
    unique key lets one of two publishers win. `replaces_id` is the version that was in force when the draft was begun;
    `revision` counts the draft's edits.
    `carried_from_id` is last year's version of which this one is a copy, in force until the year's own is published.
    """

    __tablename__ = "standards"
    audit_subject = AuditSubject.standard
    __table_args__ = (
        UniqueConstraint("organization_id", "year", "audience", "version"),
        UniqueConstraint("organization_id", "year", "audience", "in_force"),
        CheckConstraint("in_force IS NULL OR (in_force = 1 AND status = 'published')", name="in_force"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    year: Mapped[int]
    audience: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    status: Mapped[StandardStatus] = mapped_column(enum_column())
    in_force: Mapped[bool | None]
    document_json: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(default=1)
    note: Mapped[str] = mapped_column(String(255), default="")
    source_id: Mapped[int | None] = mapped_column(ForeignKey("standards.id"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("standards.id"))
    carried_from_id: Mapped[int | None] = mapped_column(ForeignKey("standards.id"))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def document(self) -> StandardDocument:
        return StandardDocument.model_validate(self.document_json, context=STORED)
