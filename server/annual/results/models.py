"""年度积分: a branch's results of a year in editions that are only ever added (triggers: `protection.py`)."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.annual.results.rules import EditionKind, Standing
from server.audit.subjects import AuditSubject
from server.db import Base, BigId, Points, UtcDateTime, enum_column
from server.organizations.models import Category, Stage
from server.years.rules import WarrantKind


class AnnualEdition(Base):
    """A branch's results of a year as a whole: this is what is filed.

    `edition` counts on, also after a withdrawal. A draft rests on the closing statement `statement_id`. A superseding
    one names its predecessor and what allowed it, and holds every member's result, changed or not. `positions`: the
    branch shows them. `hash` covers the head, each result and section, and the predecessor's hash (`sealing.py`).
    """

    __tablename__ = "annual_editions"
    audit_subject = AuditSubject.annual_edition
    __table_args__ = (
        UniqueConstraint("organization_id", "year", "edition"),
        UniqueConstraint("supersedes_id"),
        Index(None, "root_id", "year"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    year: Mapped[int]
    edition: Mapped[int]
    kind: Mapped[EditionKind] = mapped_column(enum_column(16))
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("annual_editions.id"))
    statement_id: Mapped[int | None] = mapped_column(ForeignKey("statements.id"))
    warrant_kind: Mapped[WarrantKind | None] = mapped_column(enum_column())
    warrant_id: Mapped[int | None] = mapped_column(BigInteger)
    positions: Mapped[bool]
    drawn_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    hash: Mapped[str] = mapped_column(String(64))
    hash_version: Mapped[int]


class AnnualResult(Base):
    """One member's result in an edition, and what it was computed from: entries of the year up to `head_seq`.

    `total` None: 不列入 all year, which has no score. `cutoff_at` is when it was computed: in a superseding edition
    that of the predecessor for whoever does not change.
    """

    __tablename__ = "annual_results"
    __table_args__ = (Index(None, "member_id", "edition_id"), Base.__table_args__)

    edition_id: Mapped[int] = mapped_column(ForeignKey("annual_editions.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    category: Mapped[Category] = mapped_column(enum_column(16))
    stage: Mapped[Stage] = mapped_column(enum_column(16))
    standing: Mapped[Standing] = mapped_column(enum_column(16))
    standard_id: Mapped[int | None] = mapped_column(ForeignKey("standards.id"))
    negative: Mapped[bool]
    total: Mapped[Decimal | None] = mapped_column(Points)
    position: Mapped[int | None]
    head_seq: Mapped[int] = mapped_column(BigInteger)
    head_hash: Mapped[str] = mapped_column(String(64))
    cutoff_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AnnualSection(Base):
    """A result's points in one section of the standard."""

    __tablename__ = "annual_sections"

    edition_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    section: Mapped[str] = mapped_column(String(16), primary_key=True)
    points: Mapped[Decimal] = mapped_column(Points)


class EditionWithdrawal(Base):
    """That an edition was taken back by undoing the draft, and why."""

    __tablename__ = "annual_withdrawals"

    edition_id: Mapped[int] = mapped_column(ForeignKey("annual_editions.id"), primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)
    withdrawn_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    withdrawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
