"""What a meeting means for one member's ledger, item by item, and why. Pure.

Presence gives at once what it gives. Whatever takes points off waits until an officer has confirmed the list: a miss,
and what a standard takes off for being late.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import product

from server.meetings.rules import AttendanceState, Part
from server.organizations.models import Category, Stage
from server.standards.rules import Evidence, Item, Method, StandardDocument

ZERO = Decimal(0)
METHODS = (Method.deduct, Method.earn, Method.ratio)


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """What a meeting counts for; the quantity is in the item's unit."""

    code: str
    quantity: Decimal


class OutcomeReason(StrEnum):
    """What became of a member, or why the meeting means nothing for their ledger."""

    present = "present"
    late = "late"
    made_up = "made_up"
    missed = "missed"
    makeup_missed = "makeup_missed"
    excused = "excused"
    makeup_open = "makeup_open"
    held = "held"
    observer = "observer"
    outside = "outside"
    not_in_standard = "not_in_standard"
    elsewhere = "elsewhere"
    already_counted = "already_counted"


REASON_TITLES = {
    OutcomeReason.present: "出席",
    OutcomeReason.late: "迟到，计为出席",
    OutcomeReason.made_up: "已补课",
    OutcomeReason.missed: "缺席",
    OutcomeReason.makeup_missed: "准假须补课，期限已过仍未补课，计为缺席",
    OutcomeReason.excused: "已准假，不扣分",
    OutcomeReason.makeup_open: "已准假，须补课；期限内不计分也不扣分",
    OutcomeReason.held: "签到待会议主持人确认，确认前不计分也不扣分",
    OutcomeReason.observer: "列席，不计分",
    OutcomeReason.outside: "会议当天不在积分管理范围内或当年没有积分标准，不计分",
    OutcomeReason.not_in_standard: "所在支部当年的积分标准中没有适用于该党员的这个项目",
    OutcomeReason.elsewhere: "会议当天转接组织关系或不属于本名单的党组织，缺席不扣分",
    OutcomeReason.already_counted: "同一天同一项目已有个人申报计分，不重复计",
}

ATTENDED = {
    AttendanceState.present: OutcomeReason.present,
    AttendanceState.late: OutcomeReason.late,
    AttendanceState.made_up: OutcomeReason.made_up,
}


@dataclass(frozen=True, slots=True)
class GrantedLeave:
    """`makeup_until`: it was granted on condition of a 补课 by that day, inclusive."""

    makeup_until: date | None = None


@dataclass(frozen=True, slots=True)
class MemberMeasure:
    """What a member was measured by on the day of the meeting: `document` is that of standard `standard_id`."""

    standard_id: int
    document: StandardDocument
    category: Category
    stage: Stage


@dataclass(frozen=True, slots=True)
class Case:
    """All that decides what a meeting means for a member.

    `measure` is None for a member who is exempt, belongs nowhere or has no standard. `spared`: a miss is not counted,
    since they moved that day or are not of the list's organization. `claimed` are the items of their claims of that day
    that count. `held`: a check-in waits for the host's word.
    """

    part: Part
    attendance: AttendanceState | None
    leave: GrantedLeave | None
    measure: MemberMeasure | None
    spared: bool = False
    claimed: frozenset[str] = frozenset()
    counts_anyway: bool = False
    guest: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True)
class EntryFigures:
    """What a ledger entry is to say."""

    item_code: str
    points: Decimal = ZERO
    owed: int = 0
    attended: int = 0
    made_up: int = 0
    excused: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.points or self.owed)


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """What an item comes to. `item` is None if their standard has none; `costs`: it waits for an officer's word."""

    item: Item | None
    reason: OutcomeReason
    figures: EntryFigures
    costs: bool = False


def outcomes(planned: Sequence[PlannedItem], case: Case, *, today: date) -> list[ItemOutcome]:
    """Return what each planned item comes to for the member."""
    found: dict[str, ItemOutcome] = {}
    for wanted in planned:
        outcome = _outcome(wanted, case, today)
        found.setdefault(outcome.figures.item_code, outcome)
    return list(found.values())


def postings(found: Collection[ItemOutcome], *, settled: bool, confirmed: bool) -> list[ItemOutcome]:
    """Return what is to stand in the ledger: nothing yet before the settlement, what costs once it is confirmed."""
    if not (settled or confirmed):
        return []
    return [each for each in found if not each.figures.is_empty and (confirmed or not each.costs)]


def fate(attendance: AttendanceState | None, leave: GrantedLeave | None, *, today: date) -> OutcomeReason:
    """Return what became of an invited member: what they did counts before the leave they were granted."""
    if attendance is not None:
        return ATTENDED[attendance]
    if leave is None:
        return OutcomeReason.missed
    if leave.makeup_until is None:
        return OutcomeReason.excused
    return OutcomeReason.makeup_open if today <= leave.makeup_until else OutcomeReason.makeup_missed


def chosen_item(planned: PlannedItem, measure: MemberMeasure) -> Item | None:
    """Return the item as it applies to the member: itself, or another variant of its line that attendance proves."""
    named = measure.document.item(planned.code)
    if named is None:
        return None
    fitting = (item for item in _variants(named, measure.document) if _fits(item, measure))
    return next(fitting, None)


def as_posted(measure: MemberMeasure, planned: Sequence[PlannedItem], posted: Collection[str]) -> MemberMeasure:
    """Return the measure as of when the meeting posted these items, by the category and stage that explain them.

    Of those the nearest to today's are taken, so today's where nothing has changed; also where nothing explains them.
    """
    for category, stage in sorted(product(Category, Stage), key=lambda who: _distance(who, measure)):
        earlier = replace(measure, category=category, stage=stage)
        if _chosen_codes(planned, earlier).issuperset(posted):
            return earlier
    return measure


def _distance(who: tuple[Category, Stage], measure: MemberMeasure) -> int:
    category, stage = who
    return (category != measure.category) + (stage != measure.stage)


def _chosen_codes(planned: Sequence[PlannedItem], measure: MemberMeasure) -> set[str]:
    return {item.code for each in planned if (item := chosen_item(each, measure)) is not None}


def _variants(named: Item, document: StandardDocument) -> list[Item]:
    others = [item for item in document.items if item.line_code == named.line_code and item.code != named.code]
    return [named, *others]


def _fits(item: Item, measure: MemberMeasure) -> bool:
    proven = Evidence.attendance in item.evidence and item.method in METHODS
    return proven and item.applies_to(measure.category, measure.stage)


def _outcome(planned: PlannedItem, case: Case, today: date) -> ItemOutcome:
    """What one item comes to; where it comes to nothing, the first reason why."""
    if case.part is Part.observer:
        return _nothing(planned, None, OutcomeReason.observer)
    if case.measure is None:
        return _nothing(planned, None, OutcomeReason.outside)
    item = chosen_item(planned, case.measure)
    if item is None or (case.guest and item.method is not Method.earn):
        return _nothing(planned, item, OutcomeReason.not_in_standard)
    reason = OutcomeReason.held if case.held else fate(case.attendance, case.leave, today=today)
    if reason in (OutcomeReason.missed, OutcomeReason.makeup_missed) and case.spared:
        return _nothing(planned, item, OutcomeReason.elsewhere)
    if item.method is Method.earn and reason in ATTENDED.values() and _is_claimed(item, case, case.measure):
        return _nothing(planned, item, OutcomeReason.already_counted)
    figures = _FIGURES[item.method](item, _quantity(planned, item, case.measure), reason)
    costs = figures.points < 0 or (figures.owed > 0 and reason not in ATTENDED.values())
    return ItemOutcome(item, reason, figures, costs)


def _nothing(planned: PlannedItem, item: Item | None, reason: OutcomeReason) -> ItemOutcome:
    return ItemOutcome(item, reason, EntryFigures(item.code if item else planned.code))


def _is_claimed(item: Item, case: Case, measure: MemberMeasure) -> bool:
    if case.counts_anyway:
        return False
    variants = {other.code for other in _variants(item, measure.document)}
    return not variants.isdisjoint(case.claimed)


def _quantity(planned: PlannedItem, item: Item, measure: MemberMeasure) -> Decimal:
    """The planned quantity; a variant counted in another unit (次 for 学时) happened once."""
    named = measure.document.item(planned.code)
    return planned.quantity if named is not None and named.unit == item.unit else Decimal(1)


def _deducted(item: Item, quantity: Decimal, reason: OutcomeReason) -> EntryFigures:
    rates = {
        OutcomeReason.missed: item.points,
        OutcomeReason.makeup_missed: item.points,
        OutcomeReason.late: item.late_points,
    }
    return EntryFigures(item.code, points=-rates.get(reason, ZERO) * quantity)


def _earned(item: Item, quantity: Decimal, reason: OutcomeReason) -> EntryFigures:
    if reason not in ATTENDED.values():
        return EntryFigures(item.code)
    late = item.late_points if reason is OutcomeReason.late else ZERO
    return EntryFigures(item.code, points=max(item.points - late, ZERO) * quantity)


def _shared(item: Item, _quantity: Decimal, reason: OutcomeReason) -> EntryFigures:
    """One occasion owed; a leave whose make-up is still open, or a held check-in, is not decided yet."""
    if reason in (OutcomeReason.makeup_open, OutcomeReason.held):
        return EntryFigures(item.code)
    came = reason in (OutcomeReason.present, OutcomeReason.late)
    made_up, excused = reason is OutcomeReason.made_up, reason is OutcomeReason.excused
    return EntryFigures(item.code, owed=1, attended=int(came), made_up=int(made_up), excused=int(excused))


_FIGURES = {Method.deduct: _deducted, Method.earn: _earned, Method.ratio: _shared}
