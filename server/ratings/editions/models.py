"""星级: a branch's stars of a year in editions that are only ever added (triggers: `protection.py`)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column
from server.ratings.rules import Apart


class RatingEdition(Base):
    """A branch's stars as the level above agreed to them: what is publicized and filed.

    It rests on a proposal and on an edition of results. A superseding one names its predecessor, why, and the objection
    that was upheld, if it was one; it holds everybody, changed or not. `hash` covers head, ratings and predecessor.
    """

    __tablename__ = "rating_editions"
    audit_subject = AuditSubject.rating_edition
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
    proposal_id: Mapped[int] = mapped_column(ForeignKey("rating_proposals.id"), index=True)
    annual_edition_id: Mapped[int] = mapped_column(ForeignKey("annual_editions.id"), index=True)
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("rating_editions.id"))
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("objections.id"))
    reason: Mapped[str | None] = mapped_column(String(200))
    drawn_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
    hash: Mapped[str] = mapped_column(String(64))


class Rating(Base):
    """One member's stars in an edition, or why they have none. `band` is what their points alone give.

    `reason` is of people, where they decided beside the dry run: the member reads it.
    """

    __tablename__ = "ratings"
    __table_args__ = (Index(None, "member_id", "edition_id"), Base.__table_args__)

    edition_id: Mapped[int] = mapped_column(ForeignKey("rating_editions.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    apart: Mapped[Apart | None] = mapped_column(enum_column(16))
    band: Mapped[int | None]
    stars: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(String(200))


class RatingWithdrawal(Base):
    """That an edition was taken back by undoing the review, and why."""

    __tablename__ = "rating_withdrawals"

    edition_id: Mapped[int] = mapped_column(ForeignKey("rating_editions.id"), primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    withdrawn_at: Mapped[datetime] = mapped_column(UtcDateTime)
