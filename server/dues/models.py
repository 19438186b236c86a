"""Registered payments of 党费, one per member and month, and how each came to be. No money moves here."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column
from server.dues.rules import ConsentKind, ConsentTerm, DuesState


class DuesRecord(Base):
    """A member's month (YYYY-MM). Amounts in 分. `revision` grows with every correction, so that it can post again;
    `changes` counts what was ever written, the timeline's length."""

    __tablename__ = "dues_records"
    audit_subject = AuditSubject.dues
    __table_args__ = (
        UniqueConstraint("member_id", "month"),
        Index(None, "organization_id", "month"),
        CheckConstraint("due_cents >= 0 AND paid_cents >= 0", name="amounts"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    month: Mapped[str] = mapped_column(String(7))
    due_cents: Mapped[int]
    paid_cents: Mapped[int]
    paid_on: Mapped[date | None]
    state: Mapped[DuesState] = mapped_column(enum_column(16))
    revision: Mapped[int] = mapped_column(default=1)
    changes: Mapped[int] = mapped_column(default=0)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DuesEventKind(StrEnum):
    registered = "registered"
    closed = "closed"
    waived = "waived"
    corrected = "corrected"
    consented = "consented"  # the branch agreed to a later day
    consent_ended = "consent_ended"


class DuesEvent(Base):
    """One change of a record: what it says since then, who changed it and why. Oldest first by id."""

    __tablename__ = "dues_events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("dues_records.id"), index=True)
    kind: Mapped[DuesEventKind] = mapped_column(enum_column(16))
    state: Mapped[DuesState] = mapped_column(enum_column(16))
    due_cents: Mapped[int]
    paid_cents: Mapped[int]
    paid_on: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(String(200))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class DuesConsent(Base):
    """A branch's recorded consent to a member's quarterly or later payment; `term` says for which months."""

    __tablename__ = "dues_consents"
    audit_subject = AuditSubject.dues_consent
    __table_args__ = (Index(None, "member_id", "until_month"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    kind: Mapped[ConsentKind] = mapped_column(enum_column(16))
    from_month: Mapped[str] = mapped_column(String(7))
    until_month: Mapped[str] = mapped_column(String(7))
    agreed_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_from: Mapped[str | None] = mapped_column(String(7))
    ended_reason: Mapped[str | None] = mapped_column(String(200))
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def term(self) -> ConsentTerm:
        return ConsentTerm(ConsentKind(self.kind), self.from_month, self.until_month, self.ended_from)
