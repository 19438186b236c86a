"""What an organization's branches are compared by, and how their figures are added up. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal

from server.rounding import rounded, tenths

WINDOW_DAYS = 90
"""How far back attendance and reviews are looked at, in days."""

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Sums:
    """What is added up: members today; points of `scored` lines of the month; people `due` at meetings and who `came`;
    seconds that `decided` claims waited; and what waits."""

    members: int = 0
    points: Decimal = Decimal(0)
    scored: int = 0
    due: int = 0
    came: int = 0
    decided: int = 0
    waited_seconds: int = 0
    claims: int = 0
    leaves: int = 0
    rosters: int = 0
    statements: int = 0
    unreached: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def average(self) -> Decimal | None:
        """The average score with two decimals; None without a line."""
        return rounded(self.points / self.scored) if self.scored else None

    @property
    def attendance(self) -> Decimal | None:
        """出勤率 in percent with one decimal: came or made up, of those due and not on leave."""
        return tenths(Decimal(100 * self.came) / self.due) if self.due else None

    @property
    def review_days(self) -> Decimal | None:
        """How long a claim waited for its decision on average, in days with one decimal."""
        days = Decimal(self.waited_seconds) / _DAY
        return tenths(days / self.decided) if self.decided else None


@dataclass(frozen=True, slots=True)
class ComparedPlace:
    """An organization and the ids from the root down to it."""

    id: int
    ancestor_ids: tuple[int, ...]


@dataclass(slots=True)
class Comparison:
    """The sums of each unit directly below an organization, and the organization's own."""

    units: dict[int, Sums] = field(default_factory=dict)
    own: Sums = Sums()

    @property
    def total(self) -> Sums:
        return sum(self.units.values(), self.own)


def compare(
    top: ComparedPlace, unit_ids: Iterable[int], places: Iterable[ComparedPlace], found: Mapping[int, Sums]
) -> Comparison:
    """Add what was found at each place to the unit of `top` in which it lies; a branch's groups are its own."""
    result = Comparison({unit_id: Sums() for unit_id in unit_ids})
    depth = len(top.ancestor_ids)
    for place in places:
        unit_id = next(iter(place.ancestor_ids[depth:]), None)
        sums = found.get(place.id, Sums())
        if unit_id in result.units:
            result.units[unit_id] += sums
        else:
            result.own += sums
    return result
