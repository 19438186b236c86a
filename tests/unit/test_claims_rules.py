"""The rules of a claim, state by state and day by day."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.claims.error_codes import ClaimErrorCode
from server.claims.rules import (
    STATUS_TITLES,
    TAKEN_BACK_WITHIN,
    ClaimAction,
    ClaimRefusal,
    ClaimStatus,
    adjustment_refusal,
    cut_off_reminder,
    date_refusal,
    item_refusal,
    next_status,
    places_refusal,
    proposed_points,
    review_refusal,
    share,
    take_back_refusal,
    year_to_claim_for,
)
from server.standards.rules import Evidence, Item, Level, Method, Sharing
from server.years.rules import YearStanding, YearState, cut_off_day

A, S = ClaimAction, ClaimStatus
TABLE: dict[ClaimStatus, dict[ClaimAction, ClaimStatus]] = {
    S.draft: {A.edit: S.draft, A.submit: S.submitted, A.withdraw: S.withdrawn},
    S.submitted: {A.withdraw: S.withdrawn, A.approve: S.approved, A.send_back: S.returned, A.reject: S.rejected},
    S.returned: {A.edit: S.returned, A.submit: S.submitted, A.withdraw: S.withdrawn, A.take_back: S.submitted},
    S.approved: {A.revoke: S.submitted, A.take_back: S.submitted, A.reopen: S.submitted},
    S.rejected: {A.take_back: S.submitted, A.reopen: S.submitted},
    S.withdrawn: {},
}


def an_item(method: Method = Method.earn, **changes: object) -> Item:
    values: dict[str, object] = {
        "code": "C04",
        "section": "contribution",
        "title": "联系服务师生群众",
        "method": method,
        "points": Decimal(1),
        "cap": Decimal(10),
        "evidence": (Evidence.claim,),
        "clause": "《实施方案》二（二）",
    }
    return Item.model_validate(values | changes)


LEVELS = an_item(
    Method.levels,
    levels=(
        Level(code="national", title="国家级", points=Decimal(8)),
        Level(code="university", title="校级", points=Decimal(2)),
    ),
)


@pytest.mark.parametrize("current", ClaimStatus)
@pytest.mark.parametrize("action", ClaimAction)
def test_every_action_in_every_status_leads_where_the_table_says(current: ClaimStatus, action: ClaimAction) -> None:
    assert next_status(current, action) is TABLE[current].get(action)


def test_every_status_has_a_title() -> None:
    assert set(STATUS_TITLES) == set(ClaimStatus)


@given(st.lists(st.sampled_from(list(ClaimAction)), max_size=30))
def test_what_is_withdrawn_stays_so_and_a_rejection_is_only_taken_back_or_decided_anew(
    actions: list[ClaimAction],
) -> None:
    status = ClaimStatus.draft
    for action in actions:
        following = next_status(status, action)
        assert not (status is ClaimStatus.withdrawn and following)
        assert not (
            status is ClaimStatus.rejected and following and action not in (ClaimAction.take_back, ClaimAction.reopen)
        )
        status = following or status


def refusal_code(refusal: ClaimRefusal | None) -> str | None:
    return refusal.code if refusal else None


@pytest.mark.parametrize(
    ("account", "member", "expected"),
    [
        (1, 10, None),
        (1, None, None),
        (2, 20, "own_claim"),
        (3, 30, "own_claim"),
        (9, 90, "own_entry"),
        (9, 20, "own_claim"),
    ],
)
def test_nobody_reviews_himself_nor_his_own_work_nor_what_he_entered(
    account: int, member: int | None, expected: str | None
) -> None:
    refusal = review_refusal(reviewer_account=account, reviewer_member=member, paid_members={20, 30}, written_by={9})
    assert refusal_code(refusal) == expected


@pytest.mark.parametrize(
    ("occurred_on", "today", "claimed_on", "expected"),
    [
        (date(2026, 6, 18), date(2026, 6, 18), date(2026, 6, 18), None),
        (date(2026, 6, 19), date(2026, 6, 18), date(2026, 6, 18), "in_the_future"),
        (date(2025, 12, 31), date(2026, 1, 10), date(2026, 1, 10), None),
        (date(2025, 12, 31), date(2026, 1, 11), date(2026, 1, 11), "past_cut_off"),
        (date(2025, 1, 1), date(2026, 1, 10), date(2026, 1, 10), None),
        (date(2026, 1, 1), date(2026, 1, 11), date(2026, 1, 11), None),
        (date(2025, 12, 31), date(2026, 2, 1), date(2026, 1, 10), None),
    ],
)
def test_the_tenth_of_january_is_the_last_day_for_facts_of_the_year_before(
    occurred_on: date, today: date, claimed_on: date, expected: str | None
) -> None:
    branch_year = YearStanding(YearState.closing, cut_off_day(occurred_on.year))
    refusal = date_refusal(occurred_on=occurred_on, today=today, claimed_on=claimed_on, branch_year=branch_year)
    assert refusal_code(refusal) == expected


def test_a_claim_that_was_in_time_comes_too_late_once_the_results_stand() -> None:
    on, today = date(2025, 12, 31), date(2026, 1, 16)
    branch_year = YearStanding(YearState.drafted, cut_off_day(2025))
    refusal = date_refusal(occurred_on=on, today=today, claimed_on=date(2026, 1, 9), branch_year=branch_year)
    assert refusal is not None
    assert refusal.code == "year_drafted"
    assert "2025年度" in refusal.message


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 12, 24), None),
        (date(2026, 12, 25), 1),
        (date(2027, 1, 4), 1),
        (date(2027, 1, 5), 2),
        (date(2027, 1, 10), 2),
        (date(2027, 1, 11), None),
        (date(2027, 11, 30), None),
    ],
)
def test_the_last_day_is_reminded_of_at_the_years_end_and_five_days_before(today: date, expected: int | None) -> None:
    assert cut_off_reminder(today, cut_off_day(year_to_claim_for(today))) == expected


def test_a_university_may_set_another_cut_off() -> None:
    assert cut_off_day(2025, "01-20") == date(2026, 1, 20)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (None, "unknown_item"),
        (an_item(evidence=(Evidence.attendance,)), "item_not_claimable"),
        (an_item(Method.deduct), "item_not_claimable"),
        (an_item(Method.ratio), "item_not_claimable"),
        (an_item(), None),
        (LEVELS, None),
        (an_item(Method.measured), None),
    ],
)
def test_only_items_proved_by_claim_can_be_claimed(item: Item | None, expected: str | None) -> None:
    assert refusal_code(item_refusal(item)) == expected


def test_earned_points_are_the_rate_times_the_quantity_exactly() -> None:
    item = an_item(points=Decimal("0.25"), unit="学时")
    assert proposed_points(item, quantity=Decimal("1.5"), level=None) == Decimal("0.375")


def test_points_finer_than_the_ledger_are_rounded_half_up() -> None:
    item = an_item(points=Decimal("0.0025"))
    assert proposed_points(item, quantity=Decimal("0.5"), level=None) == Decimal("0.0013")


@pytest.mark.parametrize("quantity", [None, Decimal(0), Decimal(-1)])
def test_a_quantity_must_be_stated(quantity: Decimal | None) -> None:
    assert proposed_points(an_item(), quantity=quantity, level=None) == ClaimRefusal(
        ClaimErrorCode.quantity_missing, "请填写数量（次）"
    )


def test_a_level_gives_its_points() -> None:
    assert proposed_points(LEVELS, quantity=None, level="national") == Decimal(8)


@pytest.mark.parametrize("level", [None, "county"])
def test_a_level_must_be_one_of_the_standards(level: str | None) -> None:
    outcome = proposed_points(LEVELS, quantity=None, level=level)
    assert isinstance(outcome, ClaimRefusal)
    assert outcome.code == "level_missing"


def test_a_measured_figure_is_its_points_up_to_the_cap() -> None:
    item = an_item(Method.measured)
    assert proposed_points(item, quantity=Decimal(10), level=None) == Decimal(10)
    outcome = proposed_points(item, quantity=Decimal("10.0001"), level=None)
    assert isinstance(outcome, ClaimRefusal)
    assert outcome.code == "above_cap"


def test_a_joint_work_counts_in_full_for_each_by_default() -> None:
    assert share(Decimal(8), LEVELS, place=3, people=3) == Decimal(8)


def test_equal_parts_never_exceed_the_whole() -> None:
    item = an_item(sharing=Sharing.equal_parts)
    parts = [share(Decimal(8), item, place=place, people=3) for place in (1, 2, 3)]
    assert parts == [Decimal("2.6666")] * 3


def test_weights_go_by_the_order_of_names() -> None:
    item = an_item(sharing=Sharing.weights, share_weights=(Decimal("0.5"), Decimal("0.3")))
    shares = [share(Decimal(8), item, place=place, people=3) for place in (1, 2, 3)]
    assert shares == [Decimal(4), Decimal("2.4"), Decimal(0)]


def test_a_weighted_part_finer_than_the_ledger_is_rounded_down() -> None:
    item = an_item(sharing=Sharing.weights, share_weights=(Decimal("0.6667"), Decimal("0.3333")))
    assert share(Decimal("1.5"), item, place=2, people=2) == Decimal("0.4999")


def test_who_worked_alone_gets_everything() -> None:
    item = an_item(sharing=Sharing.weights, share_weights=(Decimal("0.5"), Decimal("0.3")))
    assert share(Decimal(8), item, place=1, people=1) == Decimal(8)


@given(whole=st.decimals(min_value=0, max_value=100, places=4), people=st.integers(min_value=1, max_value=20))
def test_equal_shares_of_one_work_add_up_to_no_more_than_the_work(whole: Decimal, people: int) -> None:
    item = an_item(sharing=Sharing.equal_parts)
    assert sum(share(whole, item, place=place, people=people) for place in range(1, people + 1)) <= whole


@pytest.mark.parametrize(
    ("places", "people", "expected"),
    [([1], 1, None), ([2, 1], 2, None), ([1, 1], 2, "place_taken"), ([1, 3], 2, "place_beyond_people")],
)
def test_each_name_of_a_joint_work_has_a_place_of_its_own(places: list[int], people: int, expected: str | None) -> None:
    assert refusal_code(places_refusal(places, people)) == expected


@pytest.mark.parametrize(
    ("approved", "reason", "expected"),
    [
        ("4", None, None),
        ("3.99", "证书为院级", None),
        ("3.99", None, "reason_missing"),
        ("3.99", "", "reason_missing"),
        ("4.01", "加分", "adjusted_upwards"),
        ("0.01", "多数不算", None),
        ("0", "不算", "nothing_left"),
    ],
)
def test_a_reviewer_adjusts_downwards_only_and_says_why(
    approved: str, reason: str | None, expected: str | None
) -> None:
    refusal = adjustment_refusal(proposed=Decimal(4), approved=Decimal(approved), reason=reason)
    assert refusal_code(refusal) == expected


@pytest.mark.parametrize(
    ("decided_by", "decided", "expected"),
    [
        (7, timedelta(0), None),
        (7, TAKEN_BACK_WITHIN, None),
        (7, TAKEN_BACK_WITHIN + timedelta(microseconds=1), "taken_back_too_late"),
        (8, timedelta(0), "not_your_decision"),
        (8, timedelta(days=1), "not_your_decision"),
        (None, None, "not_your_decision"),
        (7, None, "not_your_decision"),
    ],
)
def test_a_decision_is_taken_back_by_who_made_it_within_five_minutes(
    decided_by: int | None, decided: timedelta | None, expected: str | None
) -> None:
    now = datetime(2026, 6, 18, 2, 0, tzinfo=UTC)
    decided_at = None if decided is None else now - decided
    refusal = take_back_refusal(decided_by=decided_by, decided_at=decided_at, by=7, now=now)
    assert refusal_code(refusal) == expected
    if expected == "taken_back_too_late":
        assert refusal is not None
        assert "5分钟" in refusal.message
