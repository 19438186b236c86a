"""Working days: the national calendar (chinesecalendar), and the days a university counts differently. Pure.

The State Council announces a year's days off and the weekends worked for them late in the year before. Until then a
year is unknown: its statutory holidays (`statutory_holidays.json`) and weekends are off, and anyone who is shown a
day counted that way is told so.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path

WEEKEND = 5
ONE_DAY = timedelta(days=1)
WARNED_FROM_MONTH = 11
"""The announcement is due by then."""

NEW_YEAR = range(-1, 3)
"""除夕 to 初三, in days from 正月初一."""

LONGEST_NEW_YEAR = range(-2, 8)
"""The days that a 春节 with its moved weekends has covered: from the eve of 除夕 (2026) to 初八 (2024)."""

_DATA = json.loads(Path(__file__).with_name("statutory_holidays.json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Calendar:
    """`overrides`: days that count otherwise, and whether they are worked; `entered`: years an office has entered."""

    overrides: Mapping[date, bool] = field(default_factory=dict)
    entered: frozenset[int] = frozenset()

    def knows(self, year: int) -> bool:
        """Whether a year's holidays have been announced, as far as we know."""
        return year in self.entered or is_national(year)

    def is_workday(self, day: date) -> bool:
        """Whether a day is worked."""
        from chinese_calendar import is_workday as is_national_workday

        if day in self.overrides:
            return self.overrides[day]
        if is_national(day.year):
            return bool(is_national_workday(day))
        return day.weekday() < WEEKEND and day not in statutory_holidays(day.year)

    def is_surely_workday(self, day: date) -> bool:
        """Whether a day is worked whatever may still be announced of 春节."""
        if not self.is_workday(day):
            return False
        return day in self.overrides or self.knows(day.year) or day not in _around_new_year(day.year, LONGEST_NEW_YEAR)

    def workday_after(self, day: date, count: int) -> date:
        """Return the `count`th working day after a day."""
        while count:
            day += ONE_DAY
            count -= self.is_workday(day)
        return day

    def note(self, first: date, last: date) -> str | None:
        """Return what to say of days counted from `first` to `last` while a year of them is unknown, else None."""
        unknown = [year for year in range(first.year, last.year + 1) if not self.knows(year)]
        return f"{'、'.join(map(str, unknown))} 年放假安排尚未收录，{basis(unknown[-1])}" if unknown else None

    def missing(self, today: date) -> list[int]:
        """Return the years somebody has to enter by now: this one, and from November the next."""
        years = [today.year, today.year + 1] if today.month >= WARNED_FROM_MONTH else [today.year]
        return [year for year in years if not self.knows(year)]


def is_national(year: int) -> bool:
    """Whether the installed national calendar has a year's holidays."""
    return year in _national_years()


def basis(year: int) -> str:
    """Return by what the working days of an unknown year are counted, in words."""
    return "暂按周末和法定节日计算" if _moving(year) else "暂按周末计算"


@cache
def statutory_holidays(year: int) -> frozenset[date]:
    """Return the days off that need no announcement; beyond the table, only those with a fixed date."""
    moving = _moving(year)
    single = [_day(year, moving[name]) for name in ("qingming", "dragon_boat", "mid_autumn") if moving]
    fixed = [_day(year, each) for each in _DATA["every_year"]]
    return frozenset([*fixed, *single]) | _around_new_year(year, NEW_YEAR)


@cache
def _around_new_year(year: int, span: range) -> frozenset[date]:
    moving = _moving(year)
    return frozenset(_day(year, moving["new_year"]) + ONE_DAY * number for number in span) if moving else frozenset()


@cache
def _national_years() -> frozenset[int]:
    from chinese_calendar.constants import holidays

    return frozenset(day.year for day in holidays)


def _moving(year: int) -> Mapping[str, str]:
    found: Mapping[str, str] = _DATA["moving"].get(str(year), {})
    return found


def _day(year: int, month_and_day: str) -> date:
    return date.fromisoformat(f"{year}-{month_and_day}")
