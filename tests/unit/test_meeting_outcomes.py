"""What a meeting means for a member: properties that hold whatever the case, and the rulings of design §4.9."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.meetings.rules import AttendanceState, Part
from server.meetings.settlement.outcomes import (
    ATTENDED,
    REASON_TITLES,
    Case,
    EntryFigures,
    GrantedLeave,
    ItemOutcome,
    MemberMeasure,
    OutcomeReason,
    PlannedItem,
    as_posted,
    chosen_item,
    fate,
    outcomes,
    postings,
)
from server.organizations.models import Category, Stage
from server.standards.default import default_document
from server.standards.rules import Evidence, Item, Method, StandardDocument

DEFAULT = default_document()
TODAY = date(2026, 6, 18)
STAFF = MemberMeasure(1, DEFAULT, Category.staff, Stage.full)
CODES = ["B01", "B02", "B03", "B04", "B06a", "B07", "C04"]

quantities = st.decimals(min_value="0.25", max_value="16", places=2)
plans = st.lists(st.builds(PlannedItem, st.sampled_from([*CODES, "B06b", "B05", "Z1"]), quantities), max_size=4)
days = st.dates(TODAY - timedelta(days=60), TODAY + timedelta(days=60))
leaves = st.none() | st.builds(GrantedLeave, st.none() | days)
measures = st.none() | st.builds(
    MemberMeasure, st.just(1), st.just(DEFAULT), st.sampled_from(Category), st.sampled_from(Stage)
)
cases = st.builds(
    Case,
    part=st.sampled_from(Part),
    attendance=st.none() | st.sampled_from(AttendanceState),
    leave=leaves,
    measure=measures,
    spared=st.booleans(),
    claimed=st.frozensets(st.sampled_from(CODES)),
    counts_anyway=st.booleans(),
    guest=st.booleans(),
)


def case(
    attendance: AttendanceState | None = None,
    leave: GrantedLeave | None = None,
    *,
    measure: MemberMeasure | None = STAFF,
    spared: bool = False,
    claimed: str = "",
    counts_anyway: bool = False,
    guest: bool = False,
) -> Case:
    codes = frozenset(claimed.split())
    return Case(Part.invited, attendance, leave, measure, spared, codes, counts_anyway, guest)


def only(code: str, of: Case, quantity: str = "1") -> ItemOutcome:
    (outcome,) = outcomes([PlannedItem(code, Decimal(quantity))], of, today=TODAY)
    return outcome


def with_item(**changes: object) -> MemberMeasure:
    """The default standard with one item of it changed."""
    code = changes.pop("code")
    items = tuple(item.model_copy(update=changes) if item.code == code else item for item in DEFAULT.items)
    return MemberMeasure(1, DEFAULT.model_copy(update={"items": items}), Category.staff, Stage.full)


@given(plans, cases)
def test_what_is_posted_fits_the_items_method(planned: list[PlannedItem], given_case: Case) -> None:
    for outcome in outcomes(planned, given_case, today=TODAY):
        figures = outcome.figures
        if figures.is_empty:
            continue
        assert outcome.item is not None
        assert outcome.item.method in (Method.deduct, Method.earn, Method.ratio)
        assert Evidence.attendance in outcome.item.evidence
        assert (figures.points < 0) == (outcome.item.method is Method.deduct)
        assert (figures.owed == 1) == (outcome.item.method is Method.ratio)
        assert figures.attended + figures.made_up + figures.excused <= figures.owed


@given(plans, cases)
def test_before_an_officer_confirmed_nothing_takes_off(planned: list[PlannedItem], given_case: Case) -> None:
    found = outcomes(planned, given_case, today=TODAY)
    assert postings(found, settled=False, confirmed=False) == []
    automatic = postings(found, settled=True, confirmed=False)
    assert all(each.figures.points >= 0 and each.reason in ATTENDED.values() for each in automatic)
    assert set(automatic) <= set(postings(found, settled=False, confirmed=True))


@given(plans, cases)
def test_an_item_is_posted_once_however_often_it_is_planned(planned: list[PlannedItem], given_case: Case) -> None:
    once = outcomes(planned, given_case, today=TODAY)
    assert len({each.figures.item_code for each in once}) == len(once)
    assert outcomes([*planned, *planned], given_case, today=TODAY) == once


@given(plans, cases)
def test_who_came_loses_nothing_by_the_default_standard(planned: list[PlannedItem], given_case: Case) -> None:
    if given_case.attendance is not None:
        assert all(each.figures.points >= 0 for each in outcomes(planned, given_case, today=TODAY))


@given(plans, cases)
def test_a_granted_leave_costs_nothing_while_it_stands(planned: list[PlannedItem], given_case: Case) -> None:
    leave = given_case.leave
    if leave is None or (leave.makeup_until is not None and leave.makeup_until < TODAY):
        return
    for each in outcomes(planned, given_case, today=TODAY):
        figures = each.figures
        assert figures.points >= 0
        assert figures.owed == figures.attended + figures.made_up + figures.excused


@given(plans, cases)
def test_every_outcome_says_why_in_words(planned: list[PlannedItem], given_case: Case) -> None:
    for each in outcomes(planned, given_case, today=TODAY):
        assert REASON_TITLES[each.reason]


@pytest.mark.parametrize(("code", "points"), [("B01", "-3"), ("B02", "-1"), ("B03", "-2"), ("B04", "-2")])
def test_a_miss_takes_the_items_points(code: str, points: str) -> None:
    outcome = only(code, case())
    assert (outcome.reason, outcome.figures.points, outcome.costs) == (OutcomeReason.missed, Decimal(points), True)
    assert only(code, case(AttendanceState.present)).figures.is_empty
    assert only(code, case(AttendanceState.made_up)).figures.is_empty
    assert only(code, case(), "2").figures.points == 2 * Decimal(points)


def test_a_class_hour_earns_by_its_quantity() -> None:
    assert only("B06a", case(AttendanceState.present), "1.5").figures == EntryFigures("B06a", Decimal("0.375"))
    assert only("B06a", case(AttendanceState.made_up), "2").figures.points == Decimal("0.5")
    assert only("B06a", case()).figures.is_empty


def test_a_ratio_says_what_was_owed_and_what_came_of_it() -> None:
    assert only("B07", case(AttendanceState.late)).figures == EntryFigures("B07", owed=1, attended=1)
    assert only("B07", case(AttendanceState.made_up)).figures == EntryFigures("B07", owed=1, made_up=1)
    missed, excused = only("B07", case()), only("B07", case(leave=GrantedLeave()))
    assert (missed.figures, missed.costs) == (EntryFigures("B07", owed=1), True)
    assert (excused.figures, excused.costs) == (EntryFigures("B07", owed=1, excused=1), True)
    assert only("B07", case(leave=GrantedLeave(TODAY))).figures.is_empty


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (TODAY, OutcomeReason.makeup_open),
        (TODAY - timedelta(days=1), OutcomeReason.makeup_missed),
        (None, OutcomeReason.excused),
    ],
)
def test_the_day_for_a_makeup_belongs_to_the_member(until: date | None, expected: OutcomeReason) -> None:
    assert fate(None, GrantedLeave(until), today=TODAY) is expected
    assert fate(AttendanceState.made_up, GrantedLeave(until), today=TODAY) is OutcomeReason.made_up


def test_being_late_costs_what_the_standard_says() -> None:
    deducting, earning = (
        with_item(code="B01", late_points=Decimal("0.5")),
        with_item(code="C04", late_points=Decimal(2)),
    )
    late = only("B01", case(AttendanceState.late, measure=deducting))
    assert (late.figures.points, late.costs) == (Decimal("-0.5"), True)
    assert only("C04", case(AttendanceState.late, measure=earning)).figures.is_empty
    assert only("C04", case(AttendanceState.present, measure=earning)).figures.points == 1


def test_a_miss_that_is_not_his_is_not_counted_but_his_presence_is() -> None:
    assert only("B01", case(spared=True)).reason is OutcomeReason.elsewhere
    assert only("B07", case(spared=True)).figures.is_empty
    assert only("B06a", case(AttendanceState.present, spared=True)).figures.points == Decimal("0.25")


def test_what_a_claim_counted_is_not_counted_again_unless_the_officer_says_so() -> None:
    claimed = case(AttendanceState.present, claimed="C04")
    assert only("C04", claimed).reason is OutcomeReason.already_counted
    assert only("C04", case(AttendanceState.present, claimed="C04", counts_anyway=True)).figures.points == 1
    assert only("B06a", claimed).figures.points == Decimal("0.25")
    assert only("B06a", case(AttendanceState.present, claimed="B06b")).reason is OutcomeReason.already_counted


def test_a_guest_only_earns() -> None:
    assert only("B06a", case(AttendanceState.present, guest=True)).figures.points == Decimal("0.25")
    assert only("B07", case(AttendanceState.present, guest=True)).figures.is_empty


def test_another_variant_of_the_line_takes_its_place_where_attendance_proves_it() -> None:
    retired = MemberMeasure(1, DEFAULT, Category.retired, Stage.full)
    assert only("B06a", case(AttendanceState.present, measure=retired)).reason is OutcomeReason.not_in_standard
    proven = _proving(DEFAULT, "B06b")
    shown = case(AttendanceState.present, measure=MemberMeasure(1, proven, Category.retired, Stage.full))
    outcome = only("B06a", shown, "3")
    variant = proven.item("B06b")
    assert variant is not None
    once = variant.points * (3 if variant.unit == "学时" else 1)
    assert outcome.figures == EntryFigures("B06b", once)


@given(plans, st.sampled_from(Category), st.sampled_from(Category))
def test_what_was_posted_says_by_what_the_member_was_measured(
    planned: list[PlannedItem], was: Category, became: Category
) -> None:
    document = _proving(DEFAULT, "B06b")
    then, now = MemberMeasure(1, document, was, Stage.full), MemberMeasure(1, document, became, Stage.full)
    posted = _codes(planned, then)
    assert posted <= _codes(planned, as_posted(now, planned, posted))
    assert as_posted(then, planned, posted) == then


def test_what_no_longer_is_planned_says_nothing() -> None:
    assert as_posted(STAFF, [PlannedItem("B01", Decimal(1))], {"B06a"}) == STAFF


def _codes(planned: list[PlannedItem], measure: MemberMeasure) -> set[str]:
    chosen = (chosen_item(each, measure) for each in planned)
    return {item.code for item in chosen if item is not None}


def _proving(document: StandardDocument, code: str) -> StandardDocument:
    def proven(item: Item) -> Item:
        return item.model_copy(update={"evidence": (Evidence.attendance,)}) if item.code == code else item

    return document.model_copy(update={"items": tuple(map(proven, document.items))})


@pytest.mark.parametrize(
    ("part", "measure", "expected"),
    [(Part.observer, STAFF, OutcomeReason.observer), (Part.invited, None, OutcomeReason.outside)],
)
def test_who_is_not_measured_gets_nothing(part: Part, measure: MemberMeasure | None, expected: OutcomeReason) -> None:
    outcome = only("B01", Case(part, None, None, measure))
    assert (outcome.reason, outcome.figures.is_empty) == (expected, True)
