"""What months and quarters are, when a statement is due, and how positions are counted. Pure."""

from calendar import monthrange
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from server.days import shanghai_date
from server.rounding import finest
from server.workdays import Calendar

K = TypeVar("K", bound=Hashable)

_CLOSING = "-close"

CONFIRM_WORKDAYS = 3
"""A statement nobody confirms is confirmed automatically after this many working days (design §5 Month)."""

FREEZE_DAY, FREEZE_TIME = 3, "02:00"
"""When the month before is summed up, in Shanghai."""


class StatementStatus(StrEnum):
    frozen = "frozen"  # drawn up, seen only by the branch's officers
    confirmed = "confirmed"  # by the secretary, or automatically after three working days: the branch sees it
    closed = "closed"  # a year's: what its results rest on, confirmed by nobody
    withdrawn = "withdrawn"  # a year's whose results were taken back


MONTHLY = (StatementStatus.frozen, StatementStatus.confirmed)
"""The statuses of a month."""


class BulletinStatus(StrEnum):
    draft = "draft"
    published = "published"


@dataclass(frozen=True, slots=True)
class Band:
    """A half-open range of totals: `at_least` is inside, `below` is not; None is open."""

    at_least: Decimal | None
    below: Decimal | None

    def holds(self, total: Decimal) -> bool:
        return (self.at_least is None or total >= self.at_least) and (self.below is None or total < self.below)


@dataclass(frozen=True, slots=True)
class StatementTerm:
    """What a statement is of: facts of `year` up to `until`, posted before `cutoff_at`. `closes_year` as in `score`."""

    period: str
    year: int
    until: date
    cutoff_at: datetime
    closes_year: bool = False


def month_before(cutoff_at: datetime) -> StatementTerm:
    """Return the month that a cutoff ends: the one before the month it lies in, by Shanghai time."""
    last = shanghai_date(cutoff_at).replace(day=1) - timedelta(days=1)
    return StatementTerm(f"{last:%Y-%m}", last.year, last, cutoff_at)


def closing_of(year: int, revision: int, cutoff_at: datetime) -> StatementTerm:
    """Return the closing statement of a year: whatever was posted for it up to the cutoff.

    `revision` counts a branch's attempts; as part of the period it is in the statement's key and in its hash.
    """
    return StatementTerm(f"{year}{_CLOSING}{revision}", year, date(year, 12, 31), cutoff_at, closes_year=True)


def is_closing(period: str) -> bool:
    """Whether a period is a closing statement's."""
    return _CLOSING in period


def is_december(period: str) -> bool:
    """Whether a period is the last month of its year."""
    return period.endswith("-12")


def confirm_by_of(calendar: Calendar, frozen_at: datetime) -> date:
    """Return the last day on which people can confirm a statement."""
    return calendar.workday_after(shanghai_date(frozen_at), CONFIRM_WORKDAYS)


def coming_words(first_month: date, today: date) -> str | None:
    """Return when the first statement comes and for which month (by its first day), or None once its day has come."""
    on = (first_month + timedelta(days=31)).replace(day=FREEZE_DAY)
    if today >= on:
        return None
    return f"首次月汇总将于 {on.year} 年 {on.month} 月 {on.day} 日生成（{period_title(f'{first_month:%Y-%m}')}）"


def last_day(period: str) -> date:
    """Return the last day of a month `YYYY-MM`."""
    year, month = map(int, period.split("-"))
    return date(year, month, monthrange(year, month)[1])


def period_title(period: str) -> str:
    """Return a statement's period as people write it: 2026 年 6 月."""
    year, _, month = period.partition("-")
    return f"{year} 年年终" if is_closing(period) else f"{year} 年 {int(month)} 月"


def positions(totals: Mapping[K, Decimal]) -> dict[K, int]:
    """Return everyone's position: standard competition ranking (1, 2, 2, 4)."""
    ordered = sorted(totals.values(), reverse=True)
    first = {total: place for place, total in reversed(list(enumerate(ordered, 1)))}
    return {key: first[total] for key, total in totals.items()}


def average(totals: Sequence[Decimal]) -> Decimal | None:
    """Return the mean, exact to a ten-thousandth, or None for nobody."""
    return finest(sum(totals, Decimal(0)) / len(totals)) if totals else None


def median(totals: Sequence[Decimal]) -> Decimal | None:
    """Return the middle, or the mean of the two in the middle, exact to a ten-thousandth, or None for nobody."""
    ordered, middle = sorted(totals), len(totals) // 2
    return average(ordered[middle - 1 : middle + 1] if len(totals) % 2 == 0 else [ordered[middle]]) if totals else None
