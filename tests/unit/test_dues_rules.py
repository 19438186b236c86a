"""What a payment makes of its month, and what a pasted selection says."""

from datetime import date

import pytest

from server.dues.paste import PastedNote, PastedProblem, PastedRow, parse
from server.dues.rules import (
    DEDUCTING,
    STATE_TITLES,
    DuesState,
    close_refusal,
    is_over,
    last_day,
    payment_refusal,
    settles,
    state_of,
)

D = DuesState
RUNNING, OVER = date(2026, 5, 31), date(2026, 6, 1)


@pytest.mark.parametrize(("month", "day"), [("2026-02", 28), ("2028-02", 29), ("2026-12", 31), ("2026-06", 30)])
def test_a_month_ends_on_its_last_day(month: str, day: int) -> None:
    assert last_day(month).day == day


def test_a_month_is_over_on_the_day_after_its_last() -> None:
    assert not is_over("2026-05", today=RUNNING)
    assert is_over("2026-05", today=OVER)
    assert close_refusal("2026-05", today=OVER) is None
    assert close_refusal("2026-05", today=RUNNING) is not None


@pytest.mark.parametrize(
    ("paid", "paid_on", "today", "expected"),
    [
        (2000, date(2026, 5, 31), RUNNING, D.paid),
        (2000, date(2026, 5, 31), OVER, D.paid),
        (2500, date(2026, 5, 1), RUNNING, D.paid),
        (2000, date(2026, 6, 1), OVER, D.late),
        (1999, date(2026, 6, 1), OVER, D.short),
        (1999, date(2026, 5, 31), RUNNING, D.open),
        (1999, date(2026, 5, 31), OVER, D.short),
        (0, None, RUNNING, D.open),
        (0, None, OVER, D.missing),
        (2000, date(2026, 4, 2), RUNNING, D.paid),
    ],
)
def test_dues_are_due_in_full_by_the_last_day(
    paid: int, paid_on: date | None, today: date, expected: DuesState
) -> None:
    assert state_of(last_day("2026-05"), due_cents=2000, paid_cents=paid, paid_on=paid_on, today=today) is expected


def test_who_owes_nothing_misses_nothing() -> None:
    assert state_of(last_day("2026-05"), due_cents=0, paid_cents=0, paid_on=None, today=OVER) is D.paid


@pytest.mark.parametrize(
    ("current", "following", "paid_on", "expected"),
    [
        (D.open, D.paid, date(2026, 5, 20), True),
        (D.missing, D.late, date(2026, 6, 5), True),
        (D.missing, D.short, date(2026, 6, 5), True),
        (D.short, D.late, date(2026, 6, 5), True),
        (D.missing, D.paid, date(2026, 5, 20), False),
        (D.short, D.paid, date(2026, 5, 20), False),
        (D.paid, D.late, date(2026, 6, 5), False),
        (D.waived, D.late, date(2026, 6, 5), False),
        (D.short, D.missing, None, False),
    ],
)
def test_paying_later_settles_a_month_and_anything_else_is_a_correction(
    current: DuesState, following: DuesState, paid_on: date | None, expected: bool
) -> None:
    assert settles(last_day("2026-05"), current=current, following=following, paid_on=paid_on) is expected


def test_late_short_and_missing_deduct() -> None:
    assert {D.late, D.short, D.missing} == DEDUCTING
    assert set(STATE_TITLES) == set(D)


@pytest.mark.parametrize(
    ("month", "paid", "paid_on", "refused"),
    [
        ("2026-05", 2000, date(2026, 6, 1), False),
        ("2026-05", 2000, date(2026, 6, 2), True),
        ("2026-05", 2000, None, True),
        ("2026-05", 0, date(2026, 5, 2), True),
        ("2026-05", 0, None, False),
        ("2027-12", 2000, date(2026, 6, 1), False),
        ("2028-01", 2000, date(2026, 6, 1), True),
        ("1999-12", 2000, date(2026, 6, 1), True),
    ],
)
def test_a_payment_must_make_sense_by_itself(month: str, paid: int, paid_on: date | None, refused: bool) -> None:
    assert (payment_refusal(month, paid_cents=paid, paid_on=paid_on, today=OVER) is not None) is refused


def test_a_selection_without_heading_reads_in_the_usual_order() -> None:
    assert parse("张敏\t2026-05\t20\t20.5\t2026-05-08\n") == [
        PastedRow(1, "张敏", "2026-05", 2000, 2050, date(2026, 5, 8))
    ]


def test_a_heading_says_where_the_columns_stand_and_the_number_goes_before_the_name() -> None:
    text = "\n日期\t工号\t姓名\t月份\t应交\t实交\r\n2026/5/8\t1001\t张敏\t2026年5月\t￥20元\t２０\r\n"
    assert parse(text) == [
        PastedNote(2, "标题行"),
        PastedRow(3, "1001", "2026-05", 2000, 2000, date(2026, 5, 8), name="张敏"),
    ]


@pytest.mark.parametrize("month", ["2026-05", "2026/5", "2026.5", "2026年5月", "202605", "2026年05月", "2026/5/1"])
def test_months_are_read_as_people_write_them(month: str) -> None:
    (row,) = parse(f"张敏\t{month}\t20\t20\t2026-05-08")
    assert isinstance(row, PastedRow)
    assert row.month == "2026-05"


@pytest.mark.parametrize("day", ["2026-05-08", "2026/5/8", "2026.5.8", "2026年5月8日", "20260508", "2026/5/8 0:00:00"])
def test_dates_are_read_as_people_write_them(day: str) -> None:
    (row,) = parse(f"张敏\t2026-05\t20\t20\t{day}")
    assert isinstance(row, PastedRow)
    assert row.paid_on == date(2026, 5, 8)


def test_an_empty_payment_means_not_paid() -> None:
    assert parse("张敏\t2026-05\t20") == [PastedRow(1, "张敏", "2026-05", 2000, 0, None)]


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("\t2026-05\t20\t20\t2026-05-08", "姓名或工号"),
        ("张敏\t2026-13\t20\t20\t2026-05-08", "月份"),
        ("张敏\t0000-05\t20\t20\t2026-05-08", "月份"),
        ("张敏\t五月\t20\t20\t2026-05-08", "月份"),
        ("张敏\t2026-05\t\t20\t2026-05-08", "应交"),
        ("张敏\t2026-05\t20\t二十\t2026-05-08", "实交"),
        ("张敏\t2026-05\t20\t-20\t2026-05-08", "实交"),
        ("张敏\t2026-05\t20\t20.555\t2026-05-08", "实交"),
        ("张敏\t2026-05\t20\t20\t2026-02-30", "日期"),
        ("张敏\t2026-05\t20\t20\t昨天", "日期"),
        ("张敏\t2026-05\t20\t20", "日期"),
        ("张敏\t2026-05\t20\t\t2026-05-08", "日期"),
        ("张敏" * 40 + "\t2026-05\t20\t20\t2026-05-08", "姓名或工号"),
    ],
)
def test_a_bad_cell_is_named_and_loses_no_other_line(line: str, column: str) -> None:
    first, second = parse(f"{line}\n李伟\t2026-05\t20\t20\t2026-05-08")
    assert isinstance(first, PastedProblem)
    assert (first.line, first.column) == (1, column)
    assert isinstance(second, PastedRow)
