"""What can still be earned in the year, and how. Pure."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from server.organizations.models import Category, Stage
from server.points.scores.rules import LineScore, Remark, SectionScore, YearScore
from server.rounding import rounded
from server.standards.rules import Evidence, Item, Method, StandardDocument, plain_number
from server.years.rules import YearStanding, claim_refusal

ZERO = Decimal(0)
ALL_WAYS = frozenset(Evidence)

HOW = {
    Evidence.claim: "可随时在“我要申报”中申报",
    Evidence.attendance: "按时签到即可",
    Evidence.dues: "由党支部登记党费",
    Evidence.decision: "由党支部登记",
}


@dataclass(frozen=True, slots=True)
class StillPossible:
    """Points a line can still bring, `sentence` saying how in words for the member."""

    item_code: str
    title: str
    points: Decimal
    sentence: str


def ways_left(year: int, *, today: date, branch_year: YearStanding) -> frozenset[Evidence]:
    """Return how points of a year can still come in.

    Once the year is over nobody attends anything in it any more, and after the last day for claims it takes nothing.
    """
    if claim_refusal(branch_year.state, claimed_on=today, cut_off=branch_year.cut_off):
        return frozenset()
    return ALL_WAYS if today.year <= year else ALL_WAYS - {Evidence.attendance}


def still_possible(
    document: StandardDocument,
    year_score: YearScore,
    *,
    category: Category,
    stage: Stage,
    ways: frozenset[Evidence] = ALL_WAYS,
) -> tuple[StillPossible, ...]:
    """Return what can still be earned in these ways, the largest first; nothing under a negative-list decision."""
    if year_score.negative:
        return ()
    room = document.total_cap - year_score.total
    found = [
        offer
        for section in year_score.sections
        for line in section.lines
        if (offer := _offer(line, min(_room(section), room), category, stage, ways)) is not None
    ]
    return tuple(sorted(found, key=lambda offer: (-offer.points, offer.item_code)))


def _room(section: SectionScore) -> Decimal:
    """What the section still takes, including what it takes to climb from a sum below its floor."""
    return ZERO if section.section.deducts else section.section.cap - section.points


def _offer(
    line: LineScore, room: Decimal, category: Category, stage: Stage, ways: frozenset[Evidence]
) -> StillPossible | None:
    item = next((item for item in line.items if item.applies_to(category, stage)), None)
    if item is None or item.method is Method.deduct or not _open(item, line, ways):
        return None
    points = rounded(min(_open_points(item, line), room))
    if points <= 0:
        return None
    return StillPossible(item.code, item.title, points, _sentence(item, line, points, ways))


def _open(item: Item, line: LineScore, ways: frozenset[Evidence]) -> bool:
    """Whether the line still takes anything; what was missed is made up for after the year, too."""
    missed = item.method is Method.ratio and line.remark is not Remark.nothing_owed
    return bool(ways if missed else ways.intersection(item.evidence))


def _open_points(item: Item, line: LineScore) -> Decimal:
    """What the line itself can still take: a ratio only by its first occasion or by making up what was missed."""
    quantities = line.quantities if item.method is Method.ratio else None
    if quantities is not None and quantities.due:
        return item.makeup_weight * quantities.missed * item.cap / quantities.due
    return line.cap - line.points


def _sentence(item: Item, line: LineScore, points: Decimal, ways: frozenset[Evidence]) -> str:
    left = plain_number(points)
    if item.method is Method.ratio:
        return _ratio_sentence(item, line, left)
    if item.method is Method.measured:
        return f"{item.title}：以测评结果为准，最高还可得 {left} 分。"
    how = "；".join(HOW[evidence] for evidence in Evidence if evidence in item.evidence and evidence in ways)
    return f"{item.title}：{_rate(item)}，本年度还可得 {left} 分；{how}。"


def _ratio_sentence(item: Item, line: LineScore, left: str) -> str:
    if line.remark is Remark.nothing_owed:
        return f"{item.title}：尚无应到，按出席情况最高可得 {left} 分。"
    return f"{item.title}：缺席的及时补课，还可得 {left} 分。"


def _rate(item: Item) -> str:
    if item.method is Method.levels:
        return "、".join(f"{level.title} {plain_number(level.points)} 分" for level in item.levels)
    month = f"，每月最多 {plain_number(item.month_cap)} 分" if item.month_cap is not None else ""
    return f"每{item.unit} {plain_number(item.points)} 分{month}"
