"""Working days: the national calendar (chinesecalendar), and what a university counts otherwise. Pure.

The calendar knows the years whose holidays the State Council has announced; beyond them weekdays count, until someone
enters the holidays as overrides.
"""

from collections.abc import Mapping
from datetime import date, timedelta

Overrides = Mapping[date, bool]
"""Days that count otherwise, and whether they are worked."""

WEEKEND = 5
ONE_DAY = timedelta(days=1)


def is_known(year: int) -> bool:
    """Whether the national calendar has this year's holidays."""
    from chinese_calendar.constants import holidays

    return any(day.year == year for day in holidays)


def is_workday(day: date, overrides: Overrides) -> bool:
    """Whether a day is worked."""
    from chinese_calendar import is_workday as is_national_workday

    if day in overrides:
        return overrides[day]
    try:
        return bool(is_national_workday(day))
    except NotImplementedError:
        return day.weekday() < WEEKEND


def workday_after(day: date, count: int, overrides: Overrides) -> date:
    """Return the `count`th working day after a day."""
    while count:
        day += ONE_DAY
        count -= is_workday(day, overrides)
    return day


def workdays_between(first: date, last: date, overrides: Overrides) -> list[date]:
    """Return the working days from `first` to `last`, both included."""
    days = (first + ONE_DAY * number for number in range((last - first).days + 1))
    return [day for day in days if is_workday(day, overrides)]
