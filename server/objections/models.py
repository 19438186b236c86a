"""An objection, each look into it, and its story."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column
from server.objections.rules import (
    DeliveryVia,
    Hand,
    Instance,
    Letter,
    NotAdmitted,
    ObjectionAction,
    ObjectionOutcome,
    ObjectionStatus,
    ObjectionSubject,
    ObjectionVia,
)


class Objection(Base):
    """A member's objection to something that counts for them.

    `organization_id` decided the matter and looks into it first. `open` until it has come to an end, then NULL: of one
    matter a member has one open objection. `version` grows with every step and is what the next one names. `to_correct`
    from an upheld answer until its correction stands or the member asks above, else NULL.
    """

    __tablename__ = "objections"
    audit_subject = AuditSubject.objection
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "member_id", "open"),
        Index(None, "member_id", "id"),
        Index(None, "organization_id", "year", "open"),
        Index(None, "root_id", "status"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    subject_kind: Mapped[ObjectionSubject] = mapped_column(enum_column())
    subject_id: Mapped[int] = mapped_column(BigInteger)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    year: Mapped[int]
    title: Mapped[str] = mapped_column(String(100))
    words: Mapped[str] = mapped_column(Text)
    wish: Mapped[str | None] = mapped_column(String(200))
    via: Mapped[ObjectionVia] = mapped_column(enum_column())
    entered_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    late_reason: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[ObjectionStatus] = mapped_column(enum_column())
    open: Mapped[bool | None]
    to_correct: Mapped[bool | None]
    version: Mapped[int] = mapped_column(default=1)
    not_admitted: Mapped[NotAdmitted | None] = mapped_column(enum_column())
    raised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Inquiry(Base):
    """One look into an objection, by one instance. `organization_id` names who does it: that of the instance, or one
    above where all there had a hand in the matter.

    `corrects`: the finding asks for a correction at its source. Once that stands, `correction` says what was done;
    `correcting_seq` is the member's entry that followed, None where it changed no points.
    """

    __tablename__ = "objection_inquiries"

    objection_id: Mapped[int] = mapped_column(ForeignKey("objections.id"), primary_key=True, autoincrement=False)
    instance: Mapped[Instance] = mapped_column(enum_column(), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    investigator_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    assigned_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    extended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finding: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[ObjectionOutcome | None] = mapped_column(enum_column())
    corrects: Mapped[bool] = mapped_column(default=False)
    why_no_correction: Mapped[str | None] = mapped_column(String(200))
    correcting_seq: Mapped[int | None] = mapped_column(BigInteger)
    correction: Mapped[str | None] = mapped_column(String(200))
    corrected_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    corrected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ObjectionStep(Base):
    """A line of an objection's story, only ever added. `account_id` None means by the clock; `due_on` is the last day
    that the step had to keep."""

    __tablename__ = "objection_steps"
    __table_args__ = (Index(None, "objection_id"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    objection_id: Mapped[int] = mapped_column(ForeignKey("objections.id"))
    action: Mapped[ObjectionAction] = mapped_column(enum_column())
    after: Mapped[ObjectionStatus] = mapped_column(enum_column())
    words: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[date | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ObjectionHand(Base):
    """Who had a hand in the matter when the objection was raised: what a correction overwrites is kept here."""

    __tablename__ = "objection_hands"

    objection_id: Mapped[int] = mapped_column(ForeignKey("objections.id"), primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    hand: Mapped[Hand] = mapped_column(enum_column())


class LetterReceipt(Base):
    """That the member has a letter of their objection: opened by themselves, or handed over by an officer, who says
    when and where (`words`)."""

    __tablename__ = "objection_receipts"

    objection_id: Mapped[int] = mapped_column(ForeignKey("objections.id"), primary_key=True, autoincrement=False)
    letter: Mapped[Letter] = mapped_column(enum_column(), primary_key=True)
    via: Mapped[DeliveryVia] = mapped_column(enum_column())
    words: Mapped[str | None] = mapped_column(String(200))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
