"""How due days are counted: working days, and what a vacation does to them (year.md §3). Pure.

A vacation never changes which days are working days. It moves a due day that falls into it to the third working day of
the term after it, and it stops the count of what has to happen before everybody's eyes, a publicity. Periods set by
Party regulations know no vacation.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from server.organizations.models import Category
from server.workdays import ONE_DAY, Calendar

TERM_DAY = 3
"""The working day of term to which a due day inside a vacation moves."""

LONGEST_VACATION = timedelta(days=120)
"""Longer ones are slips of the hand: a count that stops looks at each of its days."""


class VacationEffect(StrEnum):
    """What a vacation does to a count of days."""

    none = "none"  # a period set by Party regulations
    shifts = "shifts"  # the due day moves out of the vacation
    pauses = "pauses"  # the days of the vacation do not count


@dataclass(frozen=True, slots=True)
class VacationRange:
    """A vacation of one category, first and last day included. The retired have none."""

    category: Category
    title: str
    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Terms:
    """A university's working days, and the vacations of those who take part in something."""

    calendar: Calendar
    vacations: tuple[VacationRange, ...] = ()

    def vacation_on(self, day: date) -> VacationRange | None:
        """Return the vacation that a day lies in: of those that do, the one that ends last."""
        return max((each for each in self.vacations if day in each), key=lambda each: each.last, default=None)

    def counts(self, day: date, effect: VacationEffect) -> bool:
        """Whether a day counts as one of a period."""
        return self.calendar.is_workday(day) and not (effect is VacationEffect.pauses and self.vacation_on(day))

    def after(self, day: date, count: int, effect: VacationEffect) -> date:
        """Return the `count`th day after a day that counts; the day itself where `count` is 0."""
        while count:
            day += ONE_DAY
            count -= self.counts(day, effect)
        return day

    def day_of_term(self, vacation_day: date, number: int = TERM_DAY) -> date:
        """Return the `number`th working day of the term that follows the vacation a day lies in."""
        day = vacation_day
        while (vacation := self.vacation_on(day)) is not None:
            day = vacation.last + ONE_DAY
        return self.after(day - ONE_DAY, number, VacationEffect.pauses)

    def mover_of(self, day: date, *, counted: bool) -> VacationRange | None:
        """Return the vacation that moves a due day to the third working day of term after it.

        It moves what falls into it; of what is counted also the two working days after it: else what came in a day
        later would be due earlier.
        """
        inside = self.vacation_on(day)
        if inside is not None or not counted:
            return inside
        return next((each for each in self.vacations if each.last < day < self.day_of_term(each.last)), None)

    def last_teaching_day(self, before: date) -> date:
        """Return the last working day outside every vacation on or before a day."""
        day = before
        while not self.counts(day, VacationEffect.pauses):
            day -= ONE_DAY
        return day


@dataclass(frozen=True, slots=True)
class Basis:
    """What a due day is counted from: working days after a day, or (`working_days` None) the day itself.

    `counted_from` is the day before the first that can count: the day on which something came in.
    """

    counted_from: date
    working_days: int | None
    effect: VacationEffect

    def due_on(self, terms: Terms) -> date:
        """Return the last day on which it can be done, that day included."""
        counted = self.counted(terms)
        vacation = self.mover(terms)
        return counted if vacation is None else terms.day_of_term(vacation.last)

    def counted(self, terms: Terms) -> date:
        """Return the day it comes to before a vacation moves it."""
        return terms.after(self.counted_from, self.working_days or 0, self.effect)

    def mover(self, terms: Terms) -> VacationRange | None:
        """Return the vacation that moves it, if one does."""
        if self.effect is not VacationEffect.shifts:
            return None
        return terms.mover_of(self.counted(terms), counted=self.working_days is not None)


@dataclass(frozen=True, slots=True)
class StripDay:
    """A day of a period: whether it counts, and if not why, in words."""

    day: date
    counts: bool
    why: str | None


def strip(terms: Terms, first: date, last: date, effect: VacationEffect) -> tuple[StripDay, ...]:
    """Return the days from `first` to `last`, both included, as pages show them."""
    return tuple(_strip_day(terms, day, effect) for day in _days(first, last))


def fits_into_term(terms: Terms, first: date, working_days: int) -> bool:
    """Whether so many working days from `first` on, that day included, pass without a day of vacation between."""
    last = terms.after(first - ONE_DAY, working_days, VacationEffect.none)
    return not any(terms.vacation_on(day) for day in _days(first, last))


def next_start(terms: Terms, day: date, working_days: int) -> date:
    """Return the first working day on or after a day from which so many working days fit into the term."""
    start = terms.after(day - ONE_DAY, 1, VacationEffect.pauses)
    while not fits_into_term(terms, start, working_days):
        start = terms.after(start, 1, VacationEffect.pauses)
    return start


def moved_day(old: date, counted: date, *, today: date) -> date:
    """Return where an open due day moves when it is counted anew: never to a day that is over, so that nobody is late
    at once by what was entered today."""
    return max(counted, min(old, today))


def counted_words(terms: Terms, basis: Basis, due_on: date) -> str:
    """Return how a due day is counted, as pages say it: 5 个工作日，不计 1 月 16、17 日."""
    counted, said = basis.counted(terms), ""
    if basis.working_days is not None:
        between = strip(terms, basis.counted_from + ONE_DAY, counted, basis.effect)
        off = [each.day for each in between if each.why == DAY_OFF]
        said = f"{basis.working_days} 个工作日" + (f"，不计 {listed(off)}" if off else "")
    paused = list(dict.fromkeys(each.title for each in terms.vacations if _touches(each, basis, counted)))
    if paused and basis.effect is VacationEffect.pauses:
        said += f"，{'、'.join(paused)}期间暂停"
    vacation = basis.mover(terms)
    if vacation is not None:
        said += f"{'，' if said else ''}{counted.month} 月 {counted.day} 日遇{vacation.title}，顺延到开学第三个工作日"
    return said or f"{due_on.month} 月 {due_on.day} 日"


DAY_OFF = "休息日"


def listed(days: Collection[date]) -> str:
    """Return days in words, the month said once: 1 月 16、17、23 日；2 月 1 日."""
    months: dict[int, list[int]] = {}
    for day in sorted(days):
        months.setdefault(day.month, []).append(day.day)
    return "、".join(f"{month} 月 {'、'.join(map(str, numbers))} 日" for month, numbers in months.items())


def _strip_day(terms: Terms, day: date, effect: VacationEffect) -> StripDay:
    vacation = terms.vacation_on(day) if effect is VacationEffect.pauses else None
    if vacation is not None:
        return StripDay(day, False, vacation.title)
    works = terms.calendar.is_workday(day)
    return StripDay(day, works, None if works else DAY_OFF)


def _touches(vacation: VacationRange, basis: Basis, last: date) -> bool:
    return vacation.first <= last and vacation.last > basis.counted_from


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += ONE_DAY
