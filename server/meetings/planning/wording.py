"""What a meeting means for a member's points, in words. Pure: the figures are those of the settlement."""

from datetime import date
from decimal import Decimal

from server.meetings.rules import LEAVE_KIND_TITLES, AttendanceState, Part
from server.meetings.settlement.outcomes import Case, MemberMeasure, PlannedItem, outcomes
from server.presentation import points_text
from server.standards.rules import Item, LeaveKind, Method


def cost_words(planned: PlannedItem, item: Item, measure: MemberMeasure) -> str:
    """Return what coming late or staying away costs by an item, or what coming gives: 缺席扣 2.00；准假不扣."""
    if item.method is Method.ratio:
        return f"计入到会率，缺席会降低该项得分；{_leave_words('准假不计', item)}"
    if item.method is Method.earn:
        return f"到会得 {points_text(_points(planned, measure, AttendanceState.present))}；缺席不扣分"
    missed = f"缺席扣 {points_text(-_points(planned, measure, None))}"
    late = -_points(planned, measure, AttendanceState.late)
    return "；".join([missed, *([f"迟到扣 {points_text(late)}"] if late else []), _leave_words("准假不扣", item)])


def absence_cost(planned: PlannedItem, item: Item, measure: MemberMeasure) -> Decimal | None:
    """Return the points that staying away costs by an item; None where it costs none, or none by itself."""
    return -_points(planned, measure, None) if item.method is Method.deduct else None


def _leave_words(words: str, item: Item) -> str:
    if not item.makeup_leaves:
        return words
    kinds = "、".join(LEAVE_KIND_TITLES[kind] for kind in LeaveKind if kind in item.makeup_leaves)
    return f"{words}，其中{kinds}须按期补课"


def _points(planned: PlannedItem, measure: MemberMeasure, attendance: AttendanceState | None) -> Decimal:
    case = Case(Part.invited, attendance, None, measure)
    return sum((found.figures.points for found in outcomes([planned], case, today=date.min)), Decimal(0))


def needs_makeup(kind: LeaveKind, items: list[Item]) -> bool:
    """Whether leave of this kind has to be made up for by any of these items."""
    return any(kind in item.makeup_leaves for item in items)
