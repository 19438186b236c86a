"""积分标准 and their versions."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, BigId, UtcDateTime, enum_column
from server.standards.rules import StandardDocument


class StandardStatus(StrEnum):
    draft = "draft"
    published = "published"
    withdrawn = "withdrawn"


class Standard(Base):
    """One version of an organization's standard for one year. Published it is frozen; `content_hash` proves it."""

    __tablename__ = "standards"
    __table_args__ = (UniqueConstraint("organization_id", "year", "audience", "version"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    year: Mapped[int]
    audience: Mapped[str] = mapped_column(String(16))
    version: Mapped[int]
    status: Mapped[StandardStatus] = mapped_column(enum_column())
    document_json: Mapped[dict[str, Any]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def document(self) -> StandardDocument:
        return StandardDocument.model_validate(self.document_json)
