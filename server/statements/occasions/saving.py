"""What a 补课 can still save of a member's base points, exactly: all made up compared with all missed. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from server.meetings.settlement.outcomes import EntryFigures
from server.points.scores.rules import LineScore, Quantities, YearScore
from server.rounding import rounded
from server.standards.rules import Item, Method

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class MakeupChance:
    """A meeting's item that can be made up for until a day: what it is worth, missed or made up, and what is in the
    ledger for it by now."""

    item: Item
    until: date
    missed: EntryFigures
    made_up: EntryFigures
    posted: EntryFigures


@dataclass(frozen=True, slots=True)
class Saving:
    """`until` is the first day by which something has to be made up, `several` whether there are later ones, too."""

    points: Decimal
    until: date
    several: bool


def saving(score: YearScore, chances: Sequence[MakeupChance]) -> Saving | None:
    """Return what can be saved of the base sections, or None if that is nothing; also under a negative-list
    decision, which leaves nothing to save."""
    if score.negative:
        return None
    total, days = ZERO, set[date]()
    for section in score.sections:
        if section.section.base:
            for line in section.lines:
                of_line = [chance for chance in chances if chance.item.line_code == line.code]
                gained = _of_line(line, of_line) if of_line else ZERO
                if gained > 0:
                    total += gained
                    days |= {chance.until for chance in of_line}
    return Saving(total, min(days), len(days) > 1) if total > 0 else None


def _of_line(line: LineScore, chances: Sequence[MakeupChance]) -> Decimal:
    if line.quantities is not None and chances[0].item.method is Method.ratio:
        return _of_ratio(line, line.quantities, chances)
    standing = line.raw - sum((chance.posted.points for chance in chances), ZERO)
    made_up = standing + sum((chance.made_up.points for chance in chances), ZERO)
    missed = standing + sum((chance.missed.points for chance in chances), ZERO)
    return rounded(_clamp(made_up, line)) - rounded(_clamp(missed, line))


def _of_ratio(line: LineScore, now: Quantities, chances: Sequence[MakeupChance]) -> Decimal:
    posted = [chance.posted for chance in chances]
    weight = chances[0].item.makeup_weight

    def points(figures: Sequence[EntryFigures]) -> Decimal:
        quantities = Quantities(
            owed=now.owed + _sum(figures, "owed") - _sum(posted, "owed"),
            attended=now.attended + _sum(figures, "attended") - _sum(posted, "attended"),
            made_up=now.made_up + _sum(figures, "made_up") - _sum(posted, "made_up"),
            excused=now.excused + _sum(figures, "excused") - _sum(posted, "excused"),
        )
        return rounded(quantities.share(weight) * line.cap) if quantities.due else ZERO

    return points([chance.made_up for chance in chances]) - points([chance.missed for chance in chances])


def _sum(figures: Sequence[EntryFigures], quantity: str) -> int:
    return sum(int(getattr(each, quantity)) for each in figures)


def _clamp(points: Decimal, line: LineScore) -> Decimal:
    return max(line.floor, min(points, line.cap))
