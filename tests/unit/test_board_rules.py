"""What a board shows to whom, how totals spread, and until when a month is on show."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.days import SHANGHAI
from server.statements.boards.rules import View, by_name, publicity, spread, title_of
from server.workdays import Calendar

TOTALS = st.lists(st.decimals(min_value=0, max_value=100, places=2), max_size=60)
CALENDAR = Calendar()


@given(TOTALS)
def test_every_total_lies_in_exactly_one_band(totals: list[Decimal]) -> None:
    bands = spread(totals, cap=Decimal(100))
    assert sum(band.count for band in bands) == len(totals)
    assert all(sum(band.holds(total) for band in bands) == 1 for total in totals)


def test_bands_are_half_open_and_the_empty_ones_stay() -> None:
    bands = spread([Decimal("90"), Decimal("89.99"), Decimal("60"), Decimal("59.99")], cap=Decimal(100))
    assert [(band.at_least, band.below, band.count) for band in bands] == [
        (Decimal(90), None, 1),
        (Decimal(80), Decimal(90), 1),
        (Decimal(70), Decimal(80), 0),
        (Decimal(60), Decimal(70), 1),
        (None, Decimal(60), 1),
    ]


def test_bands_follow_the_schemes_own_cap() -> None:
    assert [band.at_least for band in spread([], cap=Decimal(50))] == [45, 40, 35, 30, None]


@pytest.mark.parametrize(
    ("confirmed", "starts", "days"),
    [
        (datetime(2026, 11, 3, 8, 30), datetime(2026, 11, 3, 9), [3, 4, 5, 6, 9]),
        (datetime(2026, 11, 3, 9), datetime(2026, 11, 3, 9), [3, 4, 5, 6, 9]),
        (datetime(2026, 11, 3, 15, 2), datetime(2026, 11, 3, 15, 2), [3, 4, 5, 6, 9]),
        (datetime(2026, 11, 7, 10), datetime(2026, 11, 7, 10), [9, 10, 11, 12, 13]),
        (datetime(2026, 9, 30, 10), datetime(2026, 9, 30, 10), [30, 8, 9, 10, 12]),
    ],
)
def test_five_working_days_from_the_day_of_the_confirmation(
    confirmed: datetime, starts: datetime, days: list[int]
) -> None:
    shown = publicity(confirmed.replace(tzinfo=SHANGHAI), CALENDAR)
    assert shown.starts_at == starts.replace(tzinfo=SHANGHAI)
    assert [day.day for day in shown.days] == days


@pytest.mark.parametrize(("today", "left"), [(2, 5), (3, 5), (5, 3), (7, 1), (9, 1), (10, 0)])
def test_days_left_count_today(today: int, left: int) -> None:
    shown = publicity(datetime(2026, 11, 3, 8, tzinfo=SHANGHAI), CALENDAR)
    assert shown.left(date(2026, 11, today)) == left


def test_who_sees_places_and_lists() -> None:
    assert [view for view in View if view.lists] == [View.scores, View.full, View.everything]
    assert [view for view in View if view.places_all] == [View.full, View.everything]
    assert [view for view in View if view.names_apart] == [View.everything]
    assert View.own.places_own
    assert not View.scores.places_own


def test_names_are_in_the_order_of_their_sound() -> None:
    assert sorted(["张敏", "李伟", "王芳", "白洁"], key=by_name) == ["白洁", "李伟", "王芳", "张敏"]


def test_a_board_has_a_title() -> None:
    assert title_of("2026-05") == "2026 年 5 月党员积分公示"
