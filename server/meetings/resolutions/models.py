"""What a members' meeting resolved. A mistaken record is withdrawn with a reason, and made anew."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, BigId, UtcDateTime, enum_column
from server.meetings.resolutions.rules import ExclusionGround, Votes, VotingRuleCode


class Resolution(Base):
    """A vote of a held meeting. The figures are as they were recorded; `rule_from` says which text of the rule held.

    `entitled` are the full members of the branch on that day less the excluded, `present` those of them who checked in.
    """

    __tablename__ = "resolutions"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    rule: Mapped[VotingRuleCode] = mapped_column(enum_column())
    rule_from: Mapped[date]
    title: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    entitled: Mapped[int]
    present: Mapped[int]
    written: Mapped[int]
    ayes: Mapped[int]
    nays: Mapped[int]
    abstentions: Mapped[int]
    invalid: Mapped[int]
    unreturned: Mapped[int]
    passed: Mapped[bool]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_reason: Mapped[str | None] = mapped_column(String(200))

    @property
    def votes(self) -> Votes:
        return Votes(
            entitled=self.entitled,
            present=self.present,
            written=self.written,
            ayes=self.ayes,
            nays=self.nays,
            abstentions=self.abstentions,
            invalid=self.invalid,
            unreturned=self.unreturned,
        )


class VoteExclusion(Base):
    """A full member who was not counted among the entitled in one vote, and why."""

    __tablename__ = "vote_exclusions"

    resolution_id: Mapped[int] = mapped_column(ForeignKey("resolutions.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False, index=True)
    ground: Mapped[ExclusionGround] = mapped_column(enum_column())
    reason: Mapped[str] = mapped_column(String(200))
