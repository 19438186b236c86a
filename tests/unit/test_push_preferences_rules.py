"""When it is quiet, to the second."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.days import SHANGHAI
from server.pushes.rules import QuietHours

USUAL = QuietHours()
NOON = QuietHours(time(12), time(14))
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda naive: naive.replace(tzinfo=SHANGHAI))
TIMES = st.times().map(lambda at: at.replace(second=0, microsecond=0))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("hours", "instant", "over"),
    [
        (USUAL, "2026-06-18 21:59:59.999999", None),
        (USUAL, "2026-06-18 22:00", "2026-06-19 08:00"),
        (USUAL, "2026-06-18 23:59:59", "2026-06-19 08:00"),
        (USUAL, "2026-06-19 00:00", "2026-06-19 08:00"),
        (USUAL, "2026-06-19 07:59:59.999999", "2026-06-19 08:00"),
        (USUAL, "2026-06-19 08:00", None),
        (USUAL, "2026-12-31 22:30", "2027-01-01 08:00"),
        (NOON, "2026-06-18 11:59:59", None),
        (NOON, "2026-06-18 12:00", "2026-06-18 14:00"),
        (NOON, "2026-06-18 14:00", None),
        (NOON, "2026-06-18 23:00", None),
        (QuietHours(time(8), time(8)), "2026-06-18 08:00", None),
        (QuietHours(time(0), time(0)), "2026-06-18 00:00", None),
        (QuietHours(time(0), time(6)), "2026-06-18 00:00", "2026-06-18 06:00"),
        (QuietHours(time(20), time(0)), "2026-06-18 20:00", "2026-06-19 00:00"),
    ],
)
def test_a_message_waits_for_the_end_of_the_quiet_hours(hours: QuietHours, instant: str, over: str | None) -> None:
    assert hours.over_at(at(instant)) == at(over or instant)


def test_the_hours_are_those_of_shanghai_and_the_answer_is_in_the_zone_of_the_question() -> None:
    over = USUAL.over_at(datetime(2026, 6, 18, 14, 0, tzinfo=UTC))
    assert over == datetime(2026, 6, 19, 0, 0, tzinfo=UTC)
    assert over.tzinfo is UTC


@given(TIMES, TIMES, INSTANTS)
def test_it_is_never_quiet_when_the_quiet_hours_are_over(begin: time, end: time, instant: datetime) -> None:
    hours = QuietHours(begin, end)
    over = hours.over_at(instant)
    assert instant <= over < instant + timedelta(days=1)
    assert hours.over_at(over) == over
    assert over in (instant, over.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0))
