"""What the 支委会 noted of a member for a year's stars: 不定星级, or that a 处分影响期 runs."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column


class ExceptionKind(StrEnum):
    """The grounds of 不定星级 (`UnratedGround`), and 处分影响期, which bars the highest grade."""

    newly_managed = "newly_managed"
    long_away = "long_away"
    deferred = "deferred"
    influence = "influence"


class StarException(Base):
    """A decision on one member for one year. A mistaken one is withdrawn with a reason; one of a kind is open.

    `reason` is for the branch's officers, the levels above and the member.
    """

    __tablename__ = "star_exceptions"
    audit_subject = AuditSubject.star_exception
    __table_args__ = (UniqueConstraint("member_id", "year", "kind", "open"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    year: Mapped[int]
    kind: Mapped[ExceptionKind] = mapped_column(enum_column())
    reason: Mapped[str] = mapped_column(String(200))
    decided_on: Mapped[date]
    open: Mapped[bool | None]
    entered_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_reason: Mapped[str | None] = mapped_column(String(200))
