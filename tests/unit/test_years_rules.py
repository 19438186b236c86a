"""The rules of a branch's year: which step may follow, and until when a fact of it may be entered."""

from datetime import date
from itertools import pairwise

import pytest

from server.error_codes import CoreErrorCode, ErrorCode
from server.years.error_codes import YearErrorCode
from server.years.rules import (
    DRAFTED,
    YearStanding,
    YearState,
    claim_refusal,
    cut_off_day,
    cut_off_refusal,
    entry_refusal,
    move_refusal,
)

S = YearState
TODAY = date(2027, 1, 16)
WHOLE = list(YearState)
WITHOUT_PUBLICITY = [S.open, S.closing, S.drafted, S.reported, S.settled, S.filed, S.archived]
WITHOUT_STARS = [S.open, S.closing, S.drafted, S.reported, S.publicized, S.settled, S.filed, S.archived]


def allowed(before: YearState) -> set[YearState]:
    return {to for to in YearState if to is not before and move_refusal(before, to, 2026, today=TODAY) is None}


@pytest.mark.parametrize("way", [WHOLE, WITHOUT_PUBLICITY, WITHOUT_STARS])
def test_a_year_goes_from_open_to_archived(way: list[YearState]) -> None:
    assert [step for step in pairwise(way) if step[1] not in allowed(step[0])] == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (S.open, {S.closing}),
        (S.closing, {S.open, S.drafted}),
        (S.reported, {S.open, S.closing, S.drafted, S.stars_proposed, S.publicized, S.settled}),
        (S.filed, {S.settled, S.archived}),
        (S.archived, set()),
    ],
)
def test_forward_step_by_step_back_to_any_until_it_is_filed(before: YearState, after: set[YearState]) -> None:
    assert allowed(before) == after


@pytest.mark.parametrize(("today", "fine"), [(date(2026, 12, 31), False), (date(2027, 1, 1), True)])
def test_a_year_that_still_runs_takes_no_step(today: date, fine: bool) -> None:
    refusal = move_refusal(S.open, S.closing, 2026, today=today)
    assert refusal is (None if fine else YearErrorCode.year_not_over)


def test_nothing_is_entered_from_the_draft_on() -> None:
    shut = {state for state in YearState if entry_refusal(state) is YearErrorCode.year_drafted}
    assert shut == set(YearState) - {S.open, S.closing} == DRAFTED


@pytest.mark.parametrize(
    ("state", "claimed_on", "expected"),
    [
        (S.open, date(2027, 1, 10), None),
        (S.closing, date(2027, 1, 10), None),
        (S.open, date(2027, 1, 11), YearErrorCode.past_cut_off),
        (S.drafted, date(2027, 1, 10), YearErrorCode.year_drafted),
        (S.drafted, date(2027, 1, 11), YearErrorCode.year_drafted),
    ],
)
def test_claims_come_in_until_the_cut_off(state: YearState, claimed_on: date, expected: ErrorCode | None) -> None:
    assert claim_refusal(state, claimed_on=claimed_on, cut_off=cut_off_day(2026)) is expected


@pytest.mark.parametrize(
    ("state", "until", "expected"),
    [
        (S.open, date(2027, 1, 16), None),
        (S.closing, date(2027, 1, 20), None),
        (S.open, date(2027, 1, 15), CoreErrorCode.wrong_status),
        (S.open, date(2028, 1, 1), CoreErrorCode.wrong_status),
        (S.drafted, date(2027, 1, 20), YearErrorCode.year_drafted),
    ],
)
def test_a_branchs_cut_off_is_moved_ahead_and_before_the_draft(
    state: YearState, until: date, expected: ErrorCode | None
) -> None:
    assert cut_off_refusal(state, 2026, until=until, today=TODAY) is expected


def test_a_standing_says_whether_the_results_stand() -> None:
    assert [YearStanding(state, TODAY).drafted for state in (S.closing, S.drafted, S.archived)] == [False, True, True]
