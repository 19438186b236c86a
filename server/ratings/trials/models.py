"""星级试算 as they were stored: what went in, and its hash. What comes out is computed from that, always the same."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime


class DryRun(Base):
    """One dry run of a branch's stars, only ever added. `inputs` name members by id alone; `inputs_hash` covers them,
    but not what other branches of a pool had taken by then (`pool_taken`)."""

    __tablename__ = "star_dry_runs"
    audit_subject = AuditSubject.star_dry_run
    __table_args__ = (Index(None, "organization_id", "year"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    year: Mapped[int]
    edition_id: Mapped[int] = mapped_column(ForeignKey("annual_editions.id"))
    method_id: Mapped[int] = mapped_column(ForeignKey("rating_methods.id"))
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    inputs_hash: Mapped[str] = mapped_column(String(64))
    pool_taken: Mapped[dict[str, int] | None] = mapped_column(JSON(none_as_null=True))
    drawn_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
