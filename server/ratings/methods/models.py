"""星级评定办法 and their versions."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column
from server.ratings.methods.rules import MethodDocument


class MethodStatus(StrEnum):
    draft = "draft"
    published = "published"


class MethodSource(StrEnum):
    """What a draft begins with: the default, or what the unit had in force the year before."""

    default = "default"
    last_year = "last_year"


class RatingMethod(Base):
    """One version of a unit's method for one year. Published it is frozen; `content_hash` proves it.

    `in_force` is true on one published version per unit and year and null on all others, so that the unique key lets
    one of two publishers win. `revision` counts the draft's edits.
    """

    __tablename__ = "rating_methods"
    audit_subject = AuditSubject.rating_method
    __table_args__ = (
        UniqueConstraint("organization_id", "year", "version"),
        UniqueConstraint("organization_id", "year", "in_force"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    year: Mapped[int]
    version: Mapped[int]
    status: Mapped[MethodStatus] = mapped_column(enum_column())
    in_force: Mapped[bool | None]
    document_json: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int]
    created_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def document(self) -> MethodDocument:
        return MethodDocument.model_validate(self.document_json)
