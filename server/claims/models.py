"""Claims, who shares in them, their timeline, what others say about them, and who opened which version."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, PrimaryKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.claims.rules import ClaimStatus
from server.db import Base, BigId, Points, UtcDateTime, enum_column


class Claim(Base):
    """A member's 个人申报. A draft may be unfinished; what is submitted is whole.

    `organization_id` is the branch of the fact's day. `version` grows with every change of content or status and is
    what a decision names; `revision` grows when an approval is taken back, so that the next approval can post again.
    `claimed_year`/`claimed_at` say when it first came in for that year; the cut-off goes by that day.
    """

    __tablename__ = "claims"
    audit_subject = AuditSubject.claim
    __table_args__ = (
        Index(None, "member_id", "id"),
        Index(None, "organization_id", "status", "submitted_at"),
        Index(None, "root_id", "status"),
        Index(None, "root_id", "decided_at"),
        Index(None, "member_id", "item_code", "occurred_on"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    standard_id: Mapped[int | None] = mapped_column(ForeignKey("standards.id"))
    item_code: Mapped[str | None] = mapped_column(String(16))
    quantity: Mapped[Decimal | None] = mapped_column(Points)
    level: Mapped[str | None] = mapped_column(String(16))
    achievement: Mapped[str | None] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(Text)
    occurred_on: Mapped[date | None]
    place: Mapped[int] = mapped_column(default=1)
    people: Mapped[int] = mapped_column(default=1)
    proposed_points: Mapped[Decimal | None] = mapped_column(Points)
    approved_points: Mapped[Decimal | None] = mapped_column(Points)
    status: Mapped[ClaimStatus] = mapped_column(enum_column())
    version: Mapped[int] = mapped_column(default=1)
    revision: Mapped[int] = mapped_column(default=1)
    entered_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    on_behalf_reason: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_year: Mapped[int | None]
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ClaimParticipant(Base):
    """Another member who shares in a joint work, and their place in its order of names."""

    __tablename__ = "claim_participants"

    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False, index=True)
    place: Mapped[int]


class EventKind(StrEnum):
    """A line of a claim's timeline."""

    created = "created"
    edited = "edited"
    submitted = "submitted"
    resubmitted = "resubmitted"
    withdrawn = "withdrawn"
    opened = "opened"
    approved = "approved"
    returned = "returned"
    rejected = "rejected"
    reopened = "reopened"


class ClaimEvent(Base):
    """Who did what to a claim and when, with the words said and the points before and after."""

    __tablename__ = "claim_events"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    version: Mapped[int]
    kind: Mapped[EventKind] = mapped_column(enum_column(16))
    actor_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    words: Mapped[str | None] = mapped_column(Text)
    points_before: Mapped[Decimal | None] = mapped_column(Points)
    points_after: Mapped[Decimal | None] = mapped_column(Points)


class OpinionKind(StrEnum):
    """核实记录 by a reviewer, or 师生群众代表 opinion."""

    note = "note"
    opinion = "opinion"


class ClaimOpinion(Base):
    """A verification note or a representative's opinion, made while the claim was under verification."""

    __tablename__ = "claim_opinions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    kind: Mapped[OpinionKind] = mapped_column(enum_column(16))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ClaimOpening(Base):
    """逐一审核确认: this reviewer has opened this version of the claim."""

    __tablename__ = "claim_openings"
    __table_args__ = (PrimaryKeyConstraint("claim_id", "version", "account_id"), Base.__table_args__)

    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), autoincrement=False)
    version: Mapped[int] = mapped_column(autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), autoincrement=False)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
