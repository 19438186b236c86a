"""The score: a pure function of a member's facts of a year and the standard (design §4.5, §4.9).

Facts become lines, lines become sections, sections become the total. A line is an item, or the variants of one that
share its cap. Everything is exact until a line is rounded, once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property

from server.organizations.models import Category, Stage
from server.rounding import rounded
from server.standards.rules import Item, Method, Section, StandardDocument, Unheld

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Fact:
    """One ledger entry as far as the score is concerned. `points` is before any cap; a ratio item's facts carry the
    quantities instead. `reverses` names the entry that this one takes back."""

    seq: int
    item_code: str
    occurred_on: date
    points: Decimal = ZERO
    owed: int = 0
    attended: int = 0
    made_up: int = 0
    excused: int = 0
    achievement: str | None = None
    opening: bool = False
    reverses: int | None = None


class NegativeStatus(StrEnum):
    recorded = "recorded"  # entered by one, not yet confirmed by another
    in_force = "in_force"
    suspended = "suspended"
    revoked = "revoked"


class NegativeAction(StrEnum):
    confirm = "confirm"
    suspend = "suspend"
    resume = "resume"
    revoke = "revoke"


class NegativeStep(StrEnum):
    """How a change of a confirmed decision came about: by two, or by one `alone` as before it took two."""

    alone = "alone"
    proposed = "proposed"
    confirmed = "confirmed"
    withdrawn = "withdrawn"


DONE = (NegativeStep.alone, NegativeStep.confirmed)
"""The steps that change a decision; the others only say what somebody wanted."""


class Remark(StrEnum):
    """What a reader must know to understand a line."""

    nothing_owed = "nothing_owed"  # 尚无应到
    not_measured = "not_measured"  # 尚无测评结果
    scaled = "scaled"  # 没有测评，按其余部分的得分折算


@dataclass(frozen=True, slots=True)
class Quantities:
    """What was owed of a ratio item, and what became of it."""

    owed: int
    attended: int
    made_up: int
    excused: int

    @property
    def due(self) -> int:
        """Occasions that count: owed and not excused."""
        return max(self.owed - self.excused, 0)

    @property
    def missed(self) -> int:
        return max(self.due - self.attended - self.made_up, 0)

    def share(self, makeup_weight: Decimal) -> Decimal:
        """Return the share attended of what was due, a make-up weighing less; `due` must not be 0."""
        return min((self.attended + makeup_weight * self.made_up) / Decimal(self.due), Decimal(1))


@dataclass(frozen=True, slots=True)
class Share:
    """What one live fact brings to its line: `points` as posted, `counted` after caps and higher levels."""

    seq: int
    points: Decimal
    counted: Decimal

    @property
    def uncounted(self) -> Decimal:
        """未计入."""
        return self.points - self.counted


@dataclass(frozen=True)
class LineScore:
    """A line of the year. `opening` is 起始分, `raw` the exact sum before any cap, `points` what counts."""

    code: str
    items: tuple[Item, ...]
    cap: Decimal
    floor: Decimal
    opening: Decimal
    raw: Decimal
    points: Decimal
    shares: tuple[Share, ...]
    quantities: Quantities | None = None  # of a ratio item
    measured: bool = True  # False: the line of a measured item that has no figure
    scaled: bool = False

    @property
    def remark(self) -> Remark | None:
        if self.scaled:
            return Remark.scaled
        if not self.measured:
            return Remark.not_measured
        return Remark.nothing_owed if self.quantities is not None and self.quantities.due == 0 else None

    @property
    def scales(self) -> bool:
        """Whether the line gives what everything else gives in proportion, since nobody measured it."""
        return not self.measured and all(item.unheld is Unheld.scale for item in self.items)

    @property
    def earned(self) -> Decimal:
        """What was earned beyond the opening; opening points are never called earned."""
        return max(self.points - self.opening, ZERO)

    @property
    def uncounted(self) -> Decimal:
        """未计入: what caps and higher levels of the same achievement kept out."""
        return sum((share.uncounted for share in self.shares if share.uncounted > 0), ZERO)


@dataclass(frozen=True)
class SectionScore:
    section: Section
    lines: tuple[LineScore, ...]
    points: Decimal

    @cached_property
    def raw(self) -> Decimal:
        """The lines' sum before the section's own cap and floor."""
        return sum((line.points for line in self.lines), ZERO)

    @property
    def uncounted(self) -> Decimal:
        """What the section's cap kept out of its lines' sum."""
        return max(self.raw - self.points, ZERO)


@dataclass(frozen=True)
class YearScore:
    """A member's year. With `negative` the total is zero and the sections stay explainable."""

    sections: tuple[SectionScore, ...]
    total: Decimal
    negative: bool = False

    def section(self, code: str) -> SectionScore:
        return next(section for section in self.sections if section.section.code == code)

    def line(self, code: str) -> LineScore:
        return next(line for section in self.sections for line in section.lines if line.code == code)

    @property
    def figures(self) -> dict[str, Decimal]:
        """Points by section code, with the total under ""."""
        return {"": self.total} | {section.section.code: section.points for section in self.sections}


def score(
    document: StandardDocument,
    facts: Sequence[Fact],
    *,
    category: Category,
    stage: Stage,
    year_closed: bool = False,
    negative: bool = False,
) -> YearScore:
    """Return the year's score. Raises ValueError for a fact whose item the document does not know.

    In a closed year what was never owed or measured is not zero: a ratio is full, a measured item is as it says.
    """
    by_line = _by_line(document, live(facts))
    sections = tuple(
        _section_score(section, _lines(document, section, by_line, category, stage), year_closed)
        for section in document.sections
    )
    if year_closed:
        sections = _with_scaled(sections)
    total = _clamp(sum((section.points for section in sections), ZERO), ZERO, document.total_cap)
    return YearScore(sections, ZERO if negative else total, negative)


def live(facts: Sequence[Fact]) -> list[Fact]:
    """Drop reversals and what they reverse; return the rest in the order it happened."""
    reversed_seqs = {fact.reverses for fact in facts if fact.reverses is not None}
    left = (fact for fact in facts if fact.reverses is None and fact.seq not in reversed_seqs)
    return sorted(left, key=_when)


@dataclass(frozen=True, slots=True)
class _Line:
    code: str
    items: tuple[Item, ...]  # those that concern the member, or else those they have facts of
    methods: Mapping[str, Item]
    facts: tuple[Fact, ...]


def _by_line(document: StandardDocument, facts: Iterable[Fact]) -> dict[str, list[Fact]]:
    lines: dict[str, list[Fact]] = {}
    for fact in facts:
        item = document.item(fact.item_code)
        if item is None:
            raise ValueError(f"the standard has no item {fact.item_code}")
        lines.setdefault(item.line_code, []).append(fact)
    return lines


def _lines(
    document: StandardDocument, section: Section, by_line: Mapping[str, list[Fact]], category: Category, stage: Stage
) -> list[_Line]:
    """The section's lines in the standard's order: those that concern the member, and those they have facts of."""
    variants: dict[str, list[Item]] = {}
    for item in document.items:
        if item.section == section.code:
            variants.setdefault(item.line_code, []).append(item)
    lines = []
    for code, items in variants.items():
        facts = by_line.get(code, [])
        used = {fact.item_code for fact in facts}
        concerned = [item for item in items if item.applies_to(category, stage)] or [i for i in items if i.code in used]
        if concerned:
            lines.append(_Line(code, tuple(concerned), {item.code: item for item in items}, tuple(facts)))
    return lines


def _section_score(section: Section, lines: Iterable[_Line], year_closed: bool) -> SectionScore:
    return _summed(section, tuple(_line_score(line, year_closed) for line in lines))


def _summed(section: Section, lines: tuple[LineScore, ...]) -> SectionScore:
    ceiling = ZERO if section.deducts else section.cap
    return SectionScore(section, lines, _clamp(sum((line.points for line in lines), ZERO), section.floor, ceiling))


def _line_score(line: _Line, year_closed: bool) -> LineScore:
    cap, floor = max(item.cap for item in line.items), min(item.floor for item in line.items)
    quantities = _quantities(line)
    ratio = _ratio(_ratio_item(line), quantities, year_closed)
    counted = _counted(line)
    _cut_months(line, counted)
    exact = sum(counted.values(), ratio)
    _cut(counted, line.facts, max(exact - cap, ZERO), sign=1)
    _cut(counted, line.facts, max(floor - exact, ZERO), sign=-1)
    return LineScore(
        code=line.code,
        items=line.items,
        cap=cap,
        floor=floor,
        opening=sum((fact.points for fact in line.facts if fact.opening), ZERO),
        raw=sum((fact.points for fact in line.facts), ratio),
        points=rounded(_clamp(exact, floor, cap)),
        shares=tuple(Share(fact.seq, fact.points, counted[fact.seq]) for fact in line.facts),
        quantities=quantities,
        measured=bool(line.facts) or all(item.method is not Method.measured for item in line.items),
    )


def _with_scaled(sections: tuple[SectionScore, ...]) -> tuple[SectionScore, ...]:
    """Give the lines that scale the share of their cap that everything else gives of its own."""
    without = [line for section in sections for line in section.lines if line.scales]
    if not without:
        return sections
    giving = [section for section in sections if not section.section.deducts]
    most = sum((section.section.cap for section in giving), ZERO) - sum((line.cap for line in without), ZERO)
    gained = _clamp(sum((section.points for section in giving), ZERO), ZERO, most)
    return tuple(_scaled(section, gained / most if most > 0 else ZERO) for section in sections)


def _scaled(section: SectionScore, share: Decimal) -> SectionScore:
    lines = tuple(
        replace(line, raw=line.cap * share, points=rounded(line.cap * share), scaled=True) if line.scales else line
        for line in section.lines
    )
    return _summed(section.section, lines)


def _counted(line: _Line) -> dict[int, Decimal]:
    """What each fact brings before caps: of one achievement only the highest, of a measured figure only the latest."""
    counted = {fact.seq: fact.points for fact in line.facts}
    for fact in _surpassed(line):
        counted[fact.seq] = ZERO
    return counted


def _surpassed(line: _Line) -> list[Fact]:
    best: dict[tuple[str, str | int], Fact] = {}
    surpassed = []
    for fact in line.facts:
        group = _rivals(line.methods[fact.item_code], fact)
        if group is None:
            continue
        rival = best.get(group)
        wins = rival is None or line.methods[fact.item_code].method is Method.measured or fact.points > rival.points
        best[group] = fact if wins or rival is None else rival
        if rival is not None:
            surpassed.append(rival if wins else fact)
    return surpassed


def _rivals(item: Item, fact: Fact) -> tuple[str, str | int] | None:
    """The group of facts of which one counts, or None where all count."""
    if fact.opening:
        return None
    if item.method is Method.levels:
        return ("achievement", fact.seq if fact.achievement is None else fact.achievement)
    return ("measured", item.line_code) if item.method is Method.measured else None


def _ratio_item(line: _Line) -> Item | None:
    """The ratio among the items that concern the member, or the variant that concerned them when its facts happened."""
    used = (line.methods[fact.item_code] for fact in line.facts)
    return next((item for item in (*line.items, *used) if item.method is Method.ratio), None)


def _quantities(line: _Line) -> Quantities | None:
    if _ratio_item(line) is None:
        return None
    facts = [fact for fact in line.facts if line.methods[fact.item_code].method is Method.ratio]
    return Quantities(
        owed=sum(fact.owed for fact in facts),
        attended=sum(fact.attended for fact in facts),
        made_up=sum(fact.made_up for fact in facts),
        excused=sum(fact.excused for fact in facts),
    )


def _ratio(item: Item | None, quantities: Quantities | None, year_closed: bool) -> Decimal:
    """What the line's ratio item gives: nothing owed yet is 0, nothing owed in a whole year is full."""
    if item is None or quantities is None:
        return ZERO
    if quantities.due == 0:
        return item.cap if year_closed else ZERO
    return quantities.share(item.makeup_weight) * item.cap


def _cut_months(line: _Line, counted: dict[int, Decimal]) -> None:
    """Hold what the facts of one month earn to the month's cap, by month of occurrence."""
    caps = [item.month_cap for item in line.items if item.month_cap is not None]
    if not caps:
        return
    months: dict[tuple[int, int], list[Fact]] = {}
    for fact in line.facts:
        if counted[fact.seq] > 0 and not fact.opening:
            months.setdefault((fact.occurred_on.year, fact.occurred_on.month), []).append(fact)
    for facts in months.values():
        _cut(counted, facts, max(sum(counted[fact.seq] for fact in facts) - max(caps), ZERO), sign=1)


def _cut(counted: dict[int, Decimal], facts: Sequence[Fact], excess: Decimal, *, sign: int) -> None:
    """Take `excess` back from the facts of that sign, the latest first: the earliest keep theirs."""
    for fact in reversed(facts):
        part = min(max(counted[fact.seq] * sign, ZERO), excess)
        counted[fact.seq] -= part * sign
        excess -= part


def _when(fact: Fact) -> tuple[date, int]:
    return fact.occurred_on, fact.seq


def _clamp(points: Decimal, low: Decimal, high: Decimal) -> Decimal:
    return max(low, min(points, high))
