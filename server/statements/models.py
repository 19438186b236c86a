"""Frozen snapshots: monthly statements 月汇总 of branches, quarterly bulletins 季通报 of those above them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.mysql import MEDIUMTEXT
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, Points, UtcDateTime, enum_column
from server.organizations.models import Category, Stage
from server.statements.rules import BulletinStatus, StatementStatus


class Statement(Base):
    """A branch's month (design §5 Month): facts up to `until`, the month's last day, posted before `cutoff_at`.

    `period` is `YYYY-MM`, or `YYYY-closeN` for the Nth time a year was closed: then `confirm_by` says nothing, and once
    its results are taken back it is `withdrawn`. `exempt` counts those who are 不列入管理范围 and have no line.
    Averages leave out members under a negative-list decision. `hash` covers the head, every line and section, and the
    previous statement's hash, by `hash_version` (`freezing/sealing.py`).
    `confirmed_by` None with `confirmed_at` set: confirmed automatically.
    """

    __tablename__ = "statements"
    audit_subject = AuditSubject.statement
    __table_args__ = (
        UniqueConstraint("organization_id", "period"),
        Index(None, "root_id", "period"),
        Index(None, "status", "confirm_by"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    period: Mapped[str] = mapped_column(String(12))
    year: Mapped[int]
    until: Mapped[date]
    cutoff_at: Mapped[datetime] = mapped_column(UtcDateTime)
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("statements.id"))
    members: Mapped[int]
    exempt: Mapped[int]
    average: Mapped[Decimal | None] = mapped_column(Points)
    median: Mapped[Decimal | None] = mapped_column(Points)
    hash: Mapped[str] = mapped_column(String(64))
    hash_version: Mapped[int] = mapped_column(server_default="1")
    status: Mapped[StatementStatus] = mapped_column(enum_column(16))
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirm_by: Mapped[date]
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class StatementLine(Base):
    """One member's figures: the year's total so far, its change since their previous statement of the year (None
    without one), their position in the branch (None under a negative-list decision), and where their chain stood.

    `standard_id`, `category`, `stage` and `negative` are what the figures were computed with, kept so that they can be
    computed again: the facts are their entries of the year up to `head_seq` that occurred by the statement's `until`.
    `previous_id` is the statement of the same year that holds their line before this one.
    """

    __tablename__ = "statement_lines"
    __table_args__ = (Index(None, "member_id", "statement_id"), Base.__table_args__)

    statement_id: Mapped[int] = mapped_column(ForeignKey("statements.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    standard_id: Mapped[int | None] = mapped_column(ForeignKey("standards.id"))
    category: Mapped[Category] = mapped_column(enum_column(16))
    stage: Mapped[Stage] = mapped_column(enum_column(16))
    negative: Mapped[bool]
    total: Mapped[Decimal] = mapped_column(Points)
    change: Mapped[Decimal | None] = mapped_column(Points)
    position: Mapped[int | None]
    previous_id: Mapped[int | None] = mapped_column(BigInteger)
    head_seq: Mapped[int] = mapped_column(BigInteger)
    head_hash: Mapped[str] = mapped_column(String(64))


class StatementSection(Base):
    """A line's points in one section of the standard."""

    __tablename__ = "statement_sections"

    statement_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    section: Mapped[str] = mapped_column(String(16), primary_key=True)
    points: Mapped[Decimal] = mapped_column(Points)


class StatementBackdated(Base):
    """补记: what was posted since the previous statement for an earlier month (`YYYY-MM`); points before any cap."""

    __tablename__ = "statement_backdated"

    statement_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    entries: Mapped[int]
    points: Mapped[Decimal] = mapped_column(Points)


class Bulletin(Base):
    """季通报 of an organization for the branches it supervises. `content` is frozen, `hash` covers it.

    `quarter` is `YYYY-Qn`; `document_number` (文号) is the office's own, entered before publication.
    """

    __tablename__ = "bulletins"
    audit_subject = AuditSubject.bulletin
    __table_args__ = (UniqueConstraint("organization_id", "quarter"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    quarter: Mapped[str] = mapped_column(String(7))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[BulletinStatus] = mapped_column(enum_column(16))
    document_number: Mapped[str | None] = mapped_column(String(64))
    remarks: Mapped[str | None] = mapped_column(Text().with_variant(MEDIUMTEXT, "mysql", "mariadb"))
    frozen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class BulletinReceipt(Base):
    """A branch's acknowledgement of a bulletin and its internal annex."""

    __tablename__ = "bulletin_receipts"

    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletins.id"), primary_key=True, autoincrement=False)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True, autoincrement=False)
    acknowledged_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    acknowledged_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BoardLink(Base):
    """A branch's board opened to screens where nobody signs in; only the key's hash is kept.

    Good until the end of `until_date`, in any browser (`opens` counts them), as long as `made_by` may manage the board.
    """

    __tablename__ = "board_links"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    place: Mapped[str] = mapped_column(String(64))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    until_date: Mapped[date]
    opens: Mapped[int]
    made_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
