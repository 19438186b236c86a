"""What a board shows to whom, how totals are distributed, and how long a month is on show. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from server.statements.rules import Band, period_title
from server.workdays import Calendar

PUBLICITY_DAYS = 5
"""工作日, the day of the confirmation among them."""

OPENS_AT = time(9)
"""When a month goes up, in Shanghai."""

BANDS = tuple(Decimal(bound) for bound in (90, 80, 70, 60))
"""Lower bounds of the distribution's half-open bands, in hundredths of the total's cap."""

HUNDRED = Decimal(100)


class View(StrEnum):
    """How much of a board someone sees: their own place and the distribution, scores without places, or everything.

    The first three are the branch's own settings; `everything` is for its officers and those above.
    """

    own = "own"
    scores = "scores"
    full = "full"
    everything = "everything"

    @property
    def lists(self) -> bool:
        return self is not View.own

    @property
    def names_apart(self) -> bool:
        """Whether the list includes those who are 另行通报; other views only say how many are 未参评, without names."""
        return self is View.everything

    @property
    def places_all(self) -> bool:
        return self in (View.full, View.everything)

    @property
    def places_own(self) -> bool:
        return self is not View.scores


@dataclass(frozen=True, slots=True)
class CountedBand(Band):
    count: int


def spread(totals: Sequence[Decimal], *, cap: Decimal) -> tuple[CountedBand, ...]:
    """Return how many totals lie in each band, the highest first; empty bands stay, so that none seems left out."""
    bounds: list[Decimal | None] = [None, *(bound * cap / HUNDRED for bound in BANDS), None]
    bands = [Band(at_least, below) for below, at_least in pairwise(bounds)]
    return tuple(CountedBand(band.at_least, band.below, sum(map(band.holds, totals))) for band in bands)


@dataclass(frozen=True, slots=True)
class PublicityPeriod:
    """公示期: from `starts_at` until the last of `days` is over. `note` says where they are not certain yet."""

    starts_at: datetime
    days: tuple[date, ...]
    note: str | None = None

    def left(self, today: date) -> int:
        """Return the working days left, today included."""
        return sum(day >= today for day in self.days)


def publicity(confirmed: datetime, calendar: Calendar) -> PublicityPeriod:
    """Return when a month confirmed at that instant (Shanghai time) is on show: from nine, or at once if later."""
    first = confirmed.date()
    days = [calendar.workday_after(first - timedelta(days=1), 1)]
    while len(days) < PUBLICITY_DAYS:
        days.append(calendar.workday_after(days[-1], 1))
    opening = datetime.combine(first, OPENS_AT, confirmed.tzinfo)
    return PublicityPeriod(max(confirmed, opening), tuple(days), calendar.note(first, days[-1]))


def by_name(name: str) -> bytes:
    """Return a key that sorts Chinese names roughly by sound, so that a list without places gives no place away."""
    return name.encode("gb18030")


def title_of(period: str) -> str:
    """Return a board's title."""
    return f"{period_title(period)}党员积分公示"
