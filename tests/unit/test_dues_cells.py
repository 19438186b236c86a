"""What cells copied from Excel say: what has one meaning is read, what has two is refused."""

from datetime import date

import pytest

from server.dues import cells
from server.dues.cells import Period, UnreadableCell

JULY = Period(2026, 7)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20", 2000),
        ("20.5", 2050),
        ("20.", 2000),
        (".5", 50),
        ("20.500", 2050),
        ("0", 0),
        ("0.00", 0),
        ("¥ -", 0),
        ("¥-   ", 0),
        ("￥－", 0),
        ("—", 0),
        ("——", 0),
        ("−", 0),
        ("￥1,234.50", 123450),
        ("¥ 1,234.50", 123450),
        ("１，２３４．５０元", 123450),
        ("２０ 元", 2000),
        ("20元整", 2000),
        ("人民币20.00元", 2000),
        ("RMB 20", 2000),
    ],
)
def test_amounts_are_read_as_excel_shows_them(text: str, expected: int) -> None:
    assert cells.cents(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12,34",
        "1,2345",
        "-20",
        "(20.00)",
        "20.555",
        "1E+02",
        "########",
        "#VALUE!",
        "贰拾元",
        "1 234",
        "20/30",
        "100000.01",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(UnreadableCell):
        cells.cents(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-07",
        "2026/7",
        "2026.7",
        "2026.07",
        "202607",
        "20260701",
        "２０２６年７月",
        "2026 年 7 月",
        "2026年7月份",
        "26年7月",
        "二〇二六年七月",
        "2026/7/1",
        "2026-07-01 00:00:00",
        "2026年7月1日星期三",
        "Jul-26",
        "jul-2026",
        "July 2026",
        "2026-Jul",
        "15-Jul-26",
        "7/2026",
        "7/15/2026",
        "15/7/2026",
        "46204",
        "46218.5",
    ],
)
def test_months_with_one_meaning_are_read(text: str) -> None:
    assert cells.month(text, None) == "2026-07"


@pytest.mark.parametrize("text", ["7月", "七月", "７月份", "7", "07", "Jul", "July", "7月15日"])
def test_a_month_without_year_waits_for_the_period(text: str) -> None:
    assert cells.month(text, JULY) == cells.month(text, Period(2026)) == "2026-07"
    with pytest.raises(UnreadableCell, match="没有写年份"):
        cells.month(text, None)


def test_an_empty_month_is_the_chosen_one_alone() -> None:
    assert cells.month("", JULY) == "2026-07"
    for period in (None, Period(2026)):
        with pytest.raises(UnreadableCell, match="没有写月份"):
            cells.month("", period)


@pytest.mark.parametrize(
    "text",
    [
        "7-26",
        "26-7",
        "26-Jul",
        "7/1/2026",
        "7/1/26",
        "2026.1",
        "20267",
        "2026-13",
        "0000-05",
        "13",
        "0",
        "一季度",
        "7-9月",
        "7、8月",
        "2026年7-9月",
        "########",
        "二十月",
        "Julember-26",
        "99999",
    ],
)
@pytest.mark.parametrize("period", [None, JULY])
def test_months_with_none_or_two_meanings_are_refused(text: str, period: Period | None) -> None:
    with pytest.raises(UnreadableCell):
        cells.month(text, period)


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_is_known_by_all_its_names(month: int) -> None:
    first = date(2026, month, 1)
    han = [*"一二三四五六七八九十", "十一", "十二"][month - 1]
    for text in (f"{first:%b-%y}", f"{first:%B %Y}", f"二〇二六年{han}月", str((first - date(1899, 12, 30)).days)):
        assert cells.month(text, None) == f"{first:%Y-%m}"


@pytest.mark.parametrize(
    "text",
    [
        "2026-07-15",
        "2026/7/15 10:23",
        "2026-07-15T10:23:45",
        "2026年7月15日",
        "2026 年 7 月 15 日 星期三",
        "26年7月15日",
        "20260715",
        "15-Jul-26",
        "15 July 2026",
        "7/15/2026",
        "7/15/26",
        "15.7.2026",
        "46218",
        "２０２６／７／１５",
    ],
)
def test_days_with_one_meaning_are_read(text: str) -> None:
    assert cells.day(text) == date(2026, 7, 15)


def test_no_day_is_none() -> None:
    assert [cells.day(text) for text in ("", "-", "—", "－")] == [None] * 4


@pytest.mark.parametrize(
    "text",
    ["7-15", "7月15日", "15日", "26-7-15", "7/8/2026", "7/8/26", "2026-02-30", "Jul-26", "昨天", "#####", "99999"],
)
def test_days_with_none_or_two_meanings_are_refused(text: str) -> None:
    with pytest.raises(UnreadableCell):
        cells.day(text)
