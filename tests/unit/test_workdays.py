"""Working days: by the national calendar, and until a year is announced by weekends and statutory holidays."""

from datetime import date, timedelta

import pytest

from server import workdays
from server.workdays import Calendar, statutory_holidays

UNKNOWN = Calendar()
DAY = timedelta(days=1)


@pytest.mark.parametrize("year", range(2027, 2036))
def test_a_year_has_thirteen_days_off_by_law(year: int) -> None:
    assert len(statutory_holidays(year) | {date(year, 10, 1)}) in (12, 13)  # 中秋 may fall on 国庆节
    assert {date(year, 1, 1), date(year, 5, 1), date(year, 5, 2), date(year, 10, 3)} <= statutory_holidays(year)


def test_the_table_agrees_with_the_national_calendars_solar_terms() -> None:
    from chinese_calendar import get_solar_terms

    for year in range(2027, 2036):
        ((qingming, _),) = get_solar_terms(date(year, 4, 1), date(year, 4, 10))
        assert qingming in statutory_holidays(year)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2027, 1, 1), False),
        (date(2027, 1, 4), True),
        (date(2027, 2, 4), True),
        (date(2027, 2, 5), False),  # 除夕
        (date(2027, 2, 8), False),  # 初三
        (date(2027, 2, 9), True),
        (date(2027, 6, 9), False),  # 端午
        (date(2027, 10, 4), True),
        (date(2040, 2, 13), True),  # beyond the table
        (date(2040, 10, 1), False),
    ],
)
def test_an_unknown_year_counts_weekends_and_statutory_holidays(day: date, works: bool) -> None:
    assert UNKNOWN.is_workday(day) is works


def test_no_day_of_the_longest_new_year_is_surely_worked_before_it_is_announced() -> None:
    around = [date(2027, 2, 4) + DAY * number for number in range(12)]
    assert [day.day for day in around if UNKNOWN.is_surely_workday(day)] == [15]
    entered = Calendar({date(2027, 2, 9): False, date(2027, 2, 13): True}, frozenset({2027}))
    assert [day.day for day in around if entered.is_surely_workday(day)] == [4, 10, 11, 12, 13, 15]


def test_what_is_counted_in_an_unknown_year_says_so() -> None:
    assert UNKNOWN.note(date(2026, 12, 3), date(2026, 12, 31)) is None
    words = UNKNOWN.note(date(2026, 12, 30), date(2027, 1, 5))
    assert words == "2027 年放假安排尚未收录，暂按周末和法定节日计算"
    assert UNKNOWN.note(date(2040, 1, 4), date(2040, 1, 5)) == "2040 年放假安排尚未收录，暂按周末计算"
    assert Calendar(entered=frozenset({2027})).note(date(2027, 2, 3), date(2027, 2, 10)) is None


def test_a_missing_year_is_warned_of_from_november() -> None:
    assert UNKNOWN.missing(date(2026, 10, 31)) == []
    assert UNKNOWN.missing(date(2026, 11, 1)) == [2027]
    assert UNKNOWN.missing(date(2027, 3, 1)) == [2027]
    assert Calendar(entered=frozenset({2027})).missing(date(2026, 12, 1)) == []


def test_a_newer_national_calendar_needs_no_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workdays, "_national_years", lambda: frozenset({2026, 2027}))
    assert UNKNOWN.missing(date(2026, 12, 1)) == []
