"""年度工作: how far a branch has come with a year, and how it came there."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column
from server.years.rules import YearState


class BranchYear(Base):
    """A branch's year; no row means `open`. `claim_until`: the branch's own last day for claims, where it was moved."""

    __tablename__ = "branch_years"
    audit_subject = AuditSubject.branch_year
    __table_args__ = (UniqueConstraint("organization_id", "year"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    year: Mapped[int]
    state: Mapped[YearState] = mapped_column(enum_column())
    claim_until: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BranchYearStep(Base):
    """A change of a branch's year, only ever added. `claim_until` is set if the cut-off was moved. `account_id`
    None means by the clock."""

    __tablename__ = "branch_year_steps"
    __table_args__ = (Index(None, "branch_year_id"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_year_id: Mapped[int] = mapped_column(ForeignKey("branch_years.id"))
    before: Mapped[YearState] = mapped_column(enum_column())
    after: Mapped[YearState] = mapped_column(enum_column())
    claim_until: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
