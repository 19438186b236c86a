"""What a branch's year is beside its state: its course, the report, 更正通报 and 代办."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.annual.steps.rules import CorrectionWay, Course, ToldWay
from server.db import Base, BigId, UtcDateTime, enum_column
from server.organizations.rules import YearFlow
from server.years.rules import YearState


class AnnualCourse(Base):
    """The course of a branch's year, as the settings were when it was drafted; it goes when the draft is undone.

    `stars_state` is how far the second track has come, `reported` before its first step; None where there is none.
    """

    __tablename__ = "annual_courses"

    branch_year_id: Mapped[int] = mapped_column(ForeignKey("branch_years.id"), primary_key=True, autoincrement=False)
    flow: Mapped[YearFlow] = mapped_column(enum_column())
    points_publicized: Mapped[bool]
    rates_stars: Mapped[bool]
    stars_state: Mapped[YearState | None] = mapped_column(enum_column())
    fixed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def course(self) -> Course:
        return Course(YearFlow(self.flow), self.points_publicized, self.rates_stars)


class StarsStep(Base):
    """A move of the second track, only ever added. `account_id` None means by the clock."""

    __tablename__ = "annual_stars_steps"
    __table_args__ = (Index(None, "branch_year_id"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_year_id: Mapped[int] = mapped_column(ForeignKey("branch_years.id"))
    before: Mapped[YearState] = mapped_column(enum_column())
    after: Mapped[YearState] = mapped_column(enum_column())
    reason: Mapped[str | None] = mapped_column(String(500))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AnnualReport(Base):
    """通报: the members' meeting that heard an edition's figures. `open` until it is undone, then NULL; one is open.

    `expected` and `present` are the list's 应到 and 实到 as they were then.
    """

    __tablename__ = "annual_reports"
    __table_args__ = (UniqueConstraint("branch_year_id", "open"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_year_id: Mapped[int] = mapped_column(ForeignKey("branch_years.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("annual_editions.id"), index=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    expected: Mapped[int]
    present: Mapped[int]
    open: Mapped[bool | None]
    reported_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    reported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AnnualReportAbsentee(Base):
    """A member who was not at the meeting, and how they were told."""

    __tablename__ = "annual_report_absentees"

    report_id: Mapped[int] = mapped_column(ForeignKey("annual_reports.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False, index=True)
    way: Mapped[ToldWay] = mapped_column(enum_column())
    told_on: Mapped[date]


class AnnualCorrection(Base):
    """更正通报: members who knew one edition's figures were told that those of another hold.

    `members`: how many figures changed.
    """

    __tablename__ = "annual_corrections"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_year_id: Mapped[int] = mapped_column(ForeignKey("branch_years.id"), index=True)
    told_edition_id: Mapped[int] = mapped_column(ForeignKey("annual_editions.id"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("annual_editions.id"), unique=True)
    members: Mapped[int]
    told_on: Mapped[date]
    way: Mapped[CorrectionWay] = mapped_column(enum_column())
    words: Mapped[str] = mapped_column(String(500))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AnnualDelegate(Base):
    """代办: who takes the secretary's steps of a late year. `open` until it ends, then NULL; one is open."""

    __tablename__ = "annual_delegates"
    __table_args__ = (UniqueConstraint("branch_year_id", "open"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    branch_year_id: Mapped[int] = mapped_column(ForeignKey("branch_years.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    open: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(String(500))
    appointed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    appointed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
