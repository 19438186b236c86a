"""星级提案: what a branch makes of its dry run, and what the level above says to it."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column
from server.ratings.proposals.rules import LowerGround, ProposalStatus


class RatingProposal(Base):
    """A branch's proposal for a year. `open` until it is returned or undone, then NULL; one is open.

    `meeting_id` discussed it, `resolution_id` voted on it if the branch had it voted. `excess`: how many above the
    ceiling are asked for. `decided_words` are those of the level above.
    """

    __tablename__ = "rating_proposals"
    audit_subject = AuditSubject.rating_proposal
    __table_args__ = (UniqueConstraint("organization_id", "year", "open"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    year: Mapped[int]
    dry_run_id: Mapped[int] = mapped_column(ForeignKey("star_dry_runs.id"), index=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    resolution_id: Mapped[int | None] = mapped_column(ForeignKey("resolutions.id"))
    status: Mapped[ProposalStatus] = mapped_column(enum_column())
    open: Mapped[bool | None]
    excess: Mapped[int]
    excess_reason: Mapped[str | None] = mapped_column(String(200))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_words: Mapped[str | None] = mapped_column(String(500))


class ProposedStar(Base):
    """What people decided of one member beside the dry run. The member reads the reason and may object."""

    __tablename__ = "proposed_stars"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("rating_proposals.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False, index=True)
    stars: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    ground: Mapped[LowerGround | None] = mapped_column(enum_column())


class StarRecusal(Base):
    """A committee member who left the room while their own stars were discussed."""

    __tablename__ = "star_recusals"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("rating_proposals.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False, index=True)
