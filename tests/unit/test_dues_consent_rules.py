"""A consent to quarterly or later payment: which months it covers, by when they are due, and what is no consent."""

from datetime import date

import pytest

from server.dues.rules import (
    ConsentKind,
    ConsentTerm,
    consent_refusal,
    due_day,
    end_refusal,
    months_between,
    quarter_end,
)

QUARTERLY, DEFERRED = ConsentKind
NOVEMBER_ON = ConsentTerm(DEFERRED, "2026-11", "2027-02")
SECOND_QUARTER = ConsentTerm(QUARTERLY, "2026-05", "2026-06")


@pytest.mark.parametrize(
    ("month", "end"),
    [("2026-01", "2026-03"), ("2026-03", "2026-03"), ("2026-04", "2026-06"), ("2026-12", "2026-12")],
)
def test_a_quarter_ends_with_its_third_month(month: str, end: str) -> None:
    assert quarter_end(month) == end


def test_months_go_on_over_the_turn_of_a_year() -> None:
    assert months_between("2026-11", "2027-02") == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert months_between("2026-05", "2026-05") == ["2026-05"]
    assert months_between("2026-06", "2026-05") == []


@pytest.mark.parametrize(
    ("month", "terms", "day"),
    [
        ("2026-12", [], date(2026, 12, 31)),
        ("2026-12", [NOVEMBER_ON], date(2027, 2, 28)),
        ("2026-10", [NOVEMBER_ON], date(2026, 10, 31)),
        ("2027-03", [NOVEMBER_ON], date(2027, 3, 31)),
        ("2026-05", [SECOND_QUARTER], date(2026, 6, 30)),
        ("2026-05", [SECOND_QUARTER, ConsentTerm(DEFERRED, "2026-05", "2026-08")], date(2026, 8, 31)),
        ("2027-01", [ConsentTerm(DEFERRED, "2026-11", "2027-02", ended_from="2027-01")], date(2027, 1, 31)),
        ("2026-12", [ConsentTerm(DEFERRED, "2026-11", "2027-02", ended_from="2027-01")], date(2027, 2, 28)),
    ],
)
def test_a_month_is_due_by_the_latest_day_agreed_to(month: str, terms: list[ConsentTerm], day: date) -> None:
    assert due_day(month, terms) == day


def test_what_is_due_together_is_what_is_still_covered() -> None:
    assert NOVEMBER_ON.months_due("2027-02") == ["2026-11", "2026-12", "2027-01", "2027-02"]
    assert NOVEMBER_ON.months_due("2026-11") == []
    ended = ConsentTerm(DEFERRED, "2026-11", "2027-02", ended_from="2026-12")
    assert ended.months_due("2027-02") == ["2026-11"]


@pytest.mark.parametrize(
    ("term", "agreed_on", "allowed"),
    [
        (ConsentTerm(DEFERRED, "2026-06", "2026-07"), date(2026, 6, 18), True),
        (ConsentTerm(DEFERRED, "2026-06", "2026-06"), date(2026, 6, 18), False),
        (ConsentTerm(DEFERRED, "2026-06", "2026-11"), date(2026, 6, 18), True),
        (ConsentTerm(DEFERRED, "2026-06", "2026-12"), date(2026, 6, 18), False),
        (ConsentTerm(QUARTERLY, "2026-06", "2026-09"), date(2026, 6, 18), True),
        (ConsentTerm(QUARTERLY, "2026-06", "2026-08"), date(2026, 6, 18), False),
        (ConsentTerm(DEFERRED, "2026-06", "2026-07"), date(2026, 6, 19), False),
        (ConsentTerm(DEFERRED, "2026-05", "2026-07"), date(2026, 5, 31), True),
        (ConsentTerm(DEFERRED, "2026-05", "2026-07"), date(2026, 6, 1), False),
    ],
)
def test_a_consent_is_for_two_to_six_months_and_comes_before_the_first_is_over(
    term: ConsentTerm, agreed_on: date, allowed: bool
) -> None:
    assert (consent_refusal(term, agreed_on=agreed_on, today=date(2026, 6, 18)) is None) == allowed


@pytest.mark.parametrize(
    ("from_month", "allowed"),
    [
        ("2026-10", False),
        ("2026-11", True),
        ("2026-12", False),
        ("2027-01", True),
        ("2027-02", True),
        ("2027-03", False),
    ],
)
def test_a_consent_ends_from_the_running_month_on_or_as_a_whole(from_month: str, allowed: bool) -> None:
    assert (end_refusal(NOVEMBER_ON, from_month=from_month, today=date(2027, 1, 15)) is None) == allowed
