"""Vacations, due days and how these moved."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, BigId, UtcDateTime, enum_column
from server.deadlines.rules import Basis, VacationEffect, VacationRange
from server.organizations.models import Category


class Vacation(Base):
    """A university's vacation for one category of people, first and last day included."""

    __tablename__ = "vacations"
    __table_args__ = (UniqueConstraint("root_id", "category", "first_day"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    category: Mapped[Category] = mapped_column(enum_column())
    title: Mapped[str] = mapped_column(String(30))
    first_day: Mapped[date]
    last_day: Mapped[date]
    entered_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def range(self) -> VacationRange:
        return VacationRange(Category(self.category), self.title, self.first_day, self.last_day)


class DeadlineSubject(StrEnum):
    """What has a due day. `subject_id` is the row's id."""

    branch_year = "branch_year"
    publicity = "publicity"
    objection = "objection"
    feedback = "feedback"


class Deadline(Base):
    """A due day of a subject. `open` until it is closed, then NULL; a closed one moves no more.

    `counted_from` with `working_days` None is the day itself (a date that was set). `categories` are the kinds of
    people whose vacations count, as they were in the organization when it was set, parted by commas.
    """

    __tablename__ = "deadlines"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "kind"),
        Index(None, "root_id", "open"),
        Index(None, "organization_id", "due_on"),
        CheckConstraint("working_days IS NULL OR working_days > 0", name="working_days"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    subject_kind: Mapped[DeadlineSubject] = mapped_column(enum_column())
    subject_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(32))
    counted_from: Mapped[date]
    working_days: Mapped[int | None]
    effect: Mapped[VacationEffect] = mapped_column(enum_column())
    categories: Mapped[str] = mapped_column(String(64))
    due_on: Mapped[date]
    open: Mapped[bool | None]
    set_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def basis(self) -> Basis:
        return Basis(self.counted_from, self.working_days, VacationEffect(self.effect))

    @property
    def category_set(self) -> frozenset[Category]:
        return frozenset(Category(each) for each in self.categories.split(",") if each)


class DeadlineMove(Base):
    """That a due day moved, and why; only ever added. `account_id` None means that nobody's act says who."""

    __tablename__ = "deadline_moves"
    __table_args__ = (Index(None, "deadline_id"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    deadline_id: Mapped[int] = mapped_column(ForeignKey("deadlines.id"))
    old_day: Mapped[date]
    new_day: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
