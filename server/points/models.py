"""The ledger 积分台账: entries that are only ever added, each member's chain head, and the score read from them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, Points, UtcDateTime, enum_column
from server.points.scores.rules import NegativeAction, NegativeStatus, NegativeStep


class SourceKind(StrEnum):
    meeting = "meeting"
    claim = "claim"
    dues = "dues"
    decision = "decision"
    opening = "opening"
    reversal = "reversal"


class PointEntry(Base):
    """One fact that changes a score (design §4.1–4.4). Append-only: triggers and the ORM refuse anything else.

    `points` is what the posting says before any cap. Ratio items carry quantities instead: `owed`, `attended`,
    `made_up`, `excused`. `achievement` groups levels of one achievement. `reverses_seq` names the entry a reversal
    takes back; a reversal's figures are the negatives of that entry's. `hash_version` says what `hash` covers
    (`chain.py`); entries written by a release without the column are of version 1.
    """

    __tablename__ = "point_entries"
    __table_args__ = (
        UniqueConstraint(
            "member_id", "year", "item_code", "source_kind", "source_id", "revision", name="uq_point_entries_posting"
        ),
        UniqueConstraint("member_id", "reverses_seq"),
        Index(None, "member_id", "year"),
        Index(None, "root_id", "year", "posted_at"),
        Index(None, "source_kind", "source_id"),
        Base.__table_args__,
    )

    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    year: Mapped[int]
    standard_id: Mapped[int] = mapped_column(ForeignKey("standards.id"))
    item_code: Mapped[str] = mapped_column(String(16))
    points: Mapped[Decimal] = mapped_column(Points)
    owed: Mapped[int] = mapped_column(default=0)
    attended: Mapped[int] = mapped_column(default=0)
    made_up: Mapped[int] = mapped_column(default=0)
    excused: Mapped[int] = mapped_column(default=0)
    level: Mapped[str | None] = mapped_column(String(16))
    achievement: Mapped[str | None] = mapped_column(String(64))
    occurred_on: Mapped[date]
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
    source_kind: Mapped[SourceKind] = mapped_column(enum_column(16))
    source_id: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int] = mapped_column(default=1)
    reverses_seq: Mapped[int | None] = mapped_column(BigInteger)
    clause: Mapped[str] = mapped_column(String(128))
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    text_hash: Mapped[str | None] = mapped_column(String(64))
    evidence_hash: Mapped[str | None] = mapped_column(String(64))
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    hash_version: Mapped[int] = mapped_column(server_default="1")


class EntryText(Base):
    """The words of an entry, apart from it so that they can be erased when their retention ends, and with them the salt
    of their hash."""

    __tablename__ = "point_entry_texts"

    member_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(Text)
    salt: Mapped[str] = mapped_column(String(32))


class LedgerHead(Base):
    """The end of a member's chain; locking this row serialises the member's postings."""

    __tablename__ = "ledger_heads"

    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


class Score(Base):
    """A member's year by section (`section` = "" is the total), set in the transaction of every posting.

    `negative` marks a year that a negative-list decision sets to zero. `standard_id` is the version under which the
    year was opened last; if another one measures it, openings are due (`points/ledger/due.py`).
    """

    __tablename__ = "scores"
    __table_args__ = (Index(None, "organization_id", "year", "section"), Base.__table_args__)

    member_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("members.id"), primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    section: Mapped[str] = mapped_column(String(16), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    points: Mapped[Decimal] = mapped_column(Points)
    negative: Mapped[bool]
    standard_id: Mapped[int | None] = mapped_column(ForeignKey("standards.id"))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BranchDecision(Base):
    """A branch's own decision on a member (B08–B10 taken off, C05 given): the source of a ledger entry."""

    __tablename__ = "decisions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    item_code: Mapped[str] = mapped_column(String(16))
    occurred_on: Mapped[date]
    times: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    document_number: Mapped[str | None] = mapped_column(String(64))
    decided_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NegativeDecision(Base):
    """The record of a competent body's effective decision that sets a year to zero. Never computed or suggested."""

    __tablename__ = "negative_decisions"
    audit_subject = AuditSubject.negative  # not the member: they see no trace of a decision before it is confirmed
    __table_args__ = (UniqueConstraint("member_id", "year", "document_number"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    year: Mapped[int]
    category_code: Mapped[str] = mapped_column(String(16))
    category_title: Mapped[str] = mapped_column(String(128))
    clause: Mapped[str] = mapped_column(String(128))
    document_number: Mapped[str] = mapped_column(String(64))
    decided_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[NegativeStatus] = mapped_column(enum_column())
    entered_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    change_reason: Mapped[str | None] = mapped_column(Text)
    """The last change; all of them are in NegativeChange."""
    proposal_id: Mapped[int | None] = mapped_column(BigInteger)
    """The NegativeChange that was proposed and waits for a second person."""


class NegativeChange(Base):
    """A step of a suspension, resumption or revocation of a negative decision, and by whom. Only ever added: a later
    one hides nobody."""

    __tablename__ = "negative_changes"
    __table_args__ = (Index(None, "decision_id"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("negative_decisions.id"))
    action: Mapped[NegativeAction] = mapped_column(enum_column())
    step: Mapped[NegativeStep] = mapped_column(enum_column())
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
