"""Planning: the check-in window, what a meeting counts for, how it recurs, where it stands."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.meetings.planning import rules
from server.meetings.planning.rules import CountedItem, RepeatBy, RosterPlan, Times, WindowWish
from server.meetings.planning.wording import cost_words
from server.meetings.rules import CheckInWindow, MeetingKind, MeetingPhase, MeetingStatus, Scope, phase_at
from server.meetings.settlement.outcomes import MemberMeasure, PlannedItem
from server.organizations.models import Category, OrganizationKind, Stage
from server.standards.default import default_document
from server.standards.rules import Item, Method, StandardDocument

NOW = datetime(2026, 6, 18, 2, 0, tzinfo=UTC)
START = NOW + timedelta(days=2)
MINUTE = timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)
DEFAULTS = WindowWish()
SCHEME = Path(__file__).parents[1] / "data" / "scheme_60_30_10.json"


def times(minutes: int = 90, wish: WindowWish = DEFAULTS, start: datetime = START) -> Times:
    return rules.times_of(start, start + minutes * MINUTE, wish)


def problem_of(found: Times) -> str | None:
    problem = rules.time_problem(found, now=NOW)
    return problem.code if problem else None


def offered() -> tuple[Item, ...]:
    return rules.offered_items(default_document())


def test_check_in_opens_before_and_closes_after_the_start() -> None:
    found = times()
    assert found.opens_at == START - 20 * MINUTE
    assert (found.late_after, found.closes_at) == (START + 10 * MINUTE, START + 20 * MINUTE)


def test_check_in_to_a_short_meeting_closes_with_it() -> None:
    found = times(minutes=5)
    assert found.late_after == found.closes_at == found.ends_at
    assert problem_of(found) is None


@given(st.integers(min_value=1, max_value=7 * 24 * 60))
def test_the_defaults_never_have_a_problem(minutes: int) -> None:
    assert problem_of(times(minutes)) is None


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (times(minutes=0), "end_before_start"),
        (times(minutes=7 * 24 * 60 + 1), "too_long"),
        (times(start=NOW - timedelta(days=30)), None),
        (times(start=NOW - timedelta(days=30) - MICROSECOND), "too_long_ago"),
        (times(wish=WindowWish(opens_at=START - timedelta(hours=24))), None),
        (times(wish=WindowWish(opens_at=START - timedelta(hours=24) - MICROSECOND)), "window_order"),
        (times(wish=WindowWish(opens_at=START + MICROSECOND)), "window_order"),
        (times(wish=WindowWish(late_after=START + 21 * MINUTE)), "window_order"),
        (times(wish=WindowWish(late_after=START - 21 * MINUTE)), "window_order"),
        (times(wish=WindowWish(closes_at=START + 90 * MINUTE)), None),
        (times(wish=WindowWish(closes_at=START + 90 * MINUTE + MICROSECOND)), "window_order"),
        (times(wish=WindowWish(late_after=START - 5 * MINUTE, closes_at=START - 5 * MINUTE)), "window_order"),
        (times(wish=WindowWish(START, START, START)), "window_order"),
    ],
)
def test_times_that_make_no_sense_are_told_apart(found: Times, code: str | None) -> None:
    assert problem_of(found) == code


def test_the_window_moves_with_the_start() -> None:
    moved = rules.changed_times(times(), START + timedelta(days=1), None, DEFAULTS)
    assert moved == times().shifted(timedelta(days=1))


def test_an_earlier_end_takes_check_in_with_it() -> None:
    moved = rules.changed_times(times(), None, START + 8 * MINUTE, DEFAULTS)
    assert (moved.late_after, moved.closes_at, moved.starts_at) == (moved.ends_at, moved.ends_at, START)


def test_another_meeting_moves_by_the_same_delta() -> None:
    later = times(start=START + timedelta(days=30))
    after = rules.changed_times(times(), START + timedelta(hours=1), START + timedelta(hours=4), DEFAULTS)
    moved = later.moved_like(times(), after)
    assert moved.starts_at - later.starts_at == timedelta(hours=1)
    assert moved.ends_at - later.ends_at == after.ends_at - times().ends_at


@pytest.mark.parametrize(
    ("minutes", "hours"), [(1, "0.5"), (45, "1"), (90, "2"), (100, "2"), (101, "2"), (102, "2.5"), (180, "4")]
)
def test_class_hours_are_counted_in_halves(minutes: int, hours: str) -> None:
    assert rules.class_hours(times(minutes)) == Decimal(hours)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (MeetingKind.members_meeting, "B01"),
        (MeetingKind.group_meeting, "B02"),
        (MeetingKind.lecture, "B03"),
        (MeetingKind.theme_day, "B04"),
        (MeetingKind.training, "B06a"),
        (MeetingKind.organizational_life, "B07"),
        (MeetingKind.volunteering, "C04"),
    ],
)
def test_each_kind_counts_for_its_item_of_the_default_standard(kind: MeetingKind, code: str) -> None:
    assert rules.default_items(kind, offered()) == (CountedItem(code),)


def test_a_committees_meeting_carries_no_points() -> None:
    assert rules.default_items(MeetingKind.branch_committee_meeting, offered()) == ()


def test_in_a_standard_with_other_codes_nothing_is_guessed() -> None:
    assert rules.offered_items(None) == ()
    assert all(rules.default_items(kind, ()) == () for kind in MeetingKind)


def test_only_items_that_attendance_feeds_are_offered() -> None:
    assert [item.code for item in offered()] == ["B01", "B02", "B03", "B04", "B06a", "B07", "C04"]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["B04", "B03"], None),
        ([], None),
        (["B05"], "unknown_item"),
        (["X"], "unknown_item"),
        (["B04"] * 2, "item_repeated"),
    ],
)
def test_a_plan_names_each_item_once_and_none_that_is_unknown(codes: list[str], expected: str | None) -> None:
    problem = rules.item_problem([CountedItem(code) for code in codes], offered())
    assert (problem.code if problem else None) == expected


def test_a_quantity_is_the_class_hours_or_one_unless_it_is_named() -> None:
    assert rules.quantity_of(CountedItem("B06a"), offered(), times(135)) == 3
    assert rules.quantity_of(CountedItem("B04"), offered(), times(135)) == 1
    assert rules.quantity_of(CountedItem("B06a", Decimal(4)), offered(), times(135)) == 4


@pytest.mark.parametrize(
    ("first", "by", "until", "days"),
    [
        (date(2026, 1, 31), RepeatBy.day, date(2026, 4, 30), ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        (date(2026, 11, 12), RepeatBy.day, date(2027, 1, 11), ["2026-11-12", "2026-12-12"]),
        (date(2026, 6, 11), RepeatBy.weekday, date(2026, 8, 13), ["2026-06-11", "2026-07-09", "2026-08-13"]),
        (
            date(2026, 7, 30),
            RepeatBy.weekday,
            date(2026, 10, 31),
            ["2026-07-30", "2026-08-27", "2026-09-24", "2026-10-29"],
        ),
        (date(2026, 6, 11), RepeatBy.day, date(2026, 6, 10), []),
    ],
)
def test_a_monthly_meeting_falls_on(first: date, by: RepeatBy, until: date, days: list[str]) -> None:
    assert [day.isoformat() for day in rules.monthly_days(first, by=by, until=until)] == days


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.sampled_from(RepeatBy))
def test_every_month_has_exactly_one_meeting(first: date, by: RepeatBy) -> None:
    days = list(rules.monthly_days(first, by=by, until=first + timedelta(days=800)))
    months = [day.year * 12 + day.month for day in days]
    assert months == list(range(months[0], months[0] + len(months)))
    assert days[0] == first
    if by is RepeatBy.weekday:
        assert {day.weekday() for day in days} == {first.weekday()}


@pytest.mark.parametrize(
    ("rosters", "code"),
    [
        ([RosterPlan(1), RosterPlan(2, Scope.committee)], None),
        ([], "no_roster"),
        ([RosterPlan(1), RosterPlan(1, Scope.committee)], "roster_repeated"),
        ([RosterPlan(1, Scope.group)], "roster_incomplete"),
        ([RosterPlan(1, Scope.all, group_ids=(3,))], "roster_incomplete"),
        ([RosterPlan(1, Scope.chosen)], "roster_incomplete"),
        ([RosterPlan(1, Scope.committee, member_ids=(3,))], "roster_incomplete"),
        ([RosterPlan(1, Scope.group, group_ids=(3,)), RosterPlan(2, Scope.chosen, member_ids=(4,))], None),
    ],
)
def test_a_list_says_whom_it_means(rosters: list[RosterPlan], code: str | None) -> None:
    problem = rules.roster_problem(rosters)
    assert (problem.code if problem else None) == code


def test_neighbours_are_branches_under_one_roof() -> None:
    branch, group = OrganizationKind.branch, OrganizationKind.group
    assert rules.are_neighbours((branch, 2), (branch, 2))
    assert not rules.are_neighbours((branch, 2), (branch, 3))
    assert not rules.are_neighbours((group, 2), (group, 2))
    assert not rules.are_neighbours((group, 2), (branch, 2))


def test_prospects_come_to_lectures_where_the_branch_manages_them() -> None:
    assert Stage.activist in rules.invited_stages(MeetingKind.lecture, manages_prospects=True)
    assert Stage.activist not in rules.invited_stages(MeetingKind.lecture, manages_prospects=False)
    assert Stage.prospect not in rules.invited_stages(MeetingKind.members_meeting, manages_prospects=True)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("J01", "缺席扣 2.00；迟到扣 0.50；准假不扣，其中事假、其他须按期补课"),
        ("J02a", "计入到会率，缺席会降低该项得分；准假不计"),
        ("J05", "到会得 1.50；缺席不扣分"),
    ],
)
def test_what_staying_away_costs_is_said_for_any_scheme(code: str, words: str) -> None:
    document = StandardDocument.model_validate_json(SCHEME.read_text(encoding="utf-8"))
    item = next(item for item in document.items if item.code == code)
    measure = MemberMeasure(1, document, Category.staff, Stage.full)
    quantity = Decimal(3) if item.method is Method.earn else Decimal(1)
    assert cost_words(PlannedItem(code, quantity), item, measure) == words


WINDOW = CheckInWindow(START - 20 * MINUTE, START + 10 * MINUTE, START + 20 * MINUTE)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (WINDOW.opens_at - MICROSECOND, MeetingPhase.planned),
        (WINDOW.opens_at, MeetingPhase.open),
        (WINDOW.closes_at, MeetingPhase.open),
        (WINDOW.closes_at + MICROSECOND, MeetingPhase.closed),
    ],
)
def test_a_planned_meeting_opens_and_closes_with_its_window(now: datetime, expected: MeetingPhase) -> None:
    assert phase_at(MeetingStatus.planned, WINDOW, now=now) is expected
    assert phase_at(MeetingStatus.settled, WINDOW, now=now) is MeetingPhase.settled
    assert phase_at(MeetingStatus.cancelled, WINDOW, now=now) is MeetingPhase.cancelled
