"""Quarters, bands, averages and the hash of a bulletin. Pure."""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from server.claims.models import EventKind
from server.rounding import rounded, tenths
from server.statements.rules import Band

MONTHS = 3
_DAY = 86_400
_QUARTER = re.compile(r"(20\d{2})-Q([1-4])")
_NUMERALS = "一二三四"


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a year, written `2026-Q3`."""

    year: int
    number: int

    @classmethod
    def parse(cls, name: str) -> "Quarter":
        """Return the quarter of this name. Raises ValueError."""
        found = _QUARTER.fullmatch(name)
        if found is None:
            raise ValueError(f"not a quarter: {name}")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return cls(day.year, (day.month - 1) // MONTHS + 1)

    @property
    def name(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def title(self) -> str:
        return f"{self.year}年第{_NUMERALS[self.number - 1]}季度"

    @property
    def numeral(self) -> str:
        return _NUMERALS[self.number - 1]

    @property
    def months(self) -> tuple[str, str, str]:
        """The months `YYYY-MM`; a bulletin is based on the statements of the last one."""
        last = self.number * MONTHS
        first, second, third = (f"{self.year}-{month:02}" for month in range(last - 2, last + 1))
        return first, second, third

    @property
    def begins(self) -> date:
        return date(self.year, self.number * MONTHS - 2, 1)

    @property
    def ends(self) -> date:
        """Its last day."""
        return (self.begins + timedelta(days=100)).replace(day=1) - timedelta(days=1)

    @property
    def before(self) -> "Quarter | None":
        """The quarter to compare with: none for a year's first, as all totals began at zero."""
        return Quarter(self.year, self.number - 1) if self.number > 1 else None


def quarter_due(on: date) -> Quarter:
    """Return the latest quarter that had ended by a day."""
    return Quarter.of(on.replace(day=1, month=(on.month - 1) // MONTHS * MONTHS + 1) - timedelta(days=1))


def count_in(bands: Sequence[Band], totals: Iterable[Decimal]) -> list[int]:
    """Return how many totals lie in each band."""
    known = list(totals)
    return [sum(map(band.holds, known)) for band in bands]


def average(total: Decimal, count: int) -> Decimal | None:
    """Return an average with two decimals, rounded half up; None if nothing was counted."""
    return rounded(total / count) if count else None


def difference(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """Return how much a figure has changed, or None if one is missing."""
    return None if now is None or before is None else now - before


def rate(attended: int, due: int) -> Decimal | None:
    """Return 出勤率 in percent with one decimal; None if nothing was owed."""
    return tenths(Decimal(100 * attended) / due) if due else None


def days(seconds: int, count: int) -> Decimal | None:
    """Return an average in days with one decimal; None if nothing was counted."""
    return tenths(Decimal(seconds) / (count * _DAY)) if count else None


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """A line of a claim's timeline."""

    kind: EventKind
    at: datetime


_BEGINS = {EventKind.submitted, EventKind.resubmitted, EventKind.reopened}
_DECIDES = {EventKind.approved, EventKind.returned, EventKind.rejected}
REVIEW_STEPS = _BEGINS | _DECIDES | {EventKind.withdrawn}
"""The steps at which a claim starts or stops waiting for its reviewer."""


def waits(steps: Iterable[TimelineStep], *, since: datetime, until: datetime) -> list[int]:
    """Return how many seconds a claim waited before each decision made in `[since, until)`, from its steps in order."""
    found, waiting_since = [], None
    for step in steps:
        if step.kind in _BEGINS:
            waiting_since = step.at
        elif waiting_since is not None:
            if step.kind in _DECIDES and since <= step.at < until:
                found.append(int((step.at - waiting_since).total_seconds()))
            waiting_since = None
    return found


def content_hash(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a content's canonical text."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def snapshot_name(quarter: str, digest: str) -> str:
    """Return what is printed in the footer: `2026-Q3 / 5be0 92d7 c1f4`."""
    return f"{quarter} / {digest[:4]} {digest[4:8]} {digest[8:12]}"
