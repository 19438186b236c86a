"""Counting attendance: what was owed and the rate."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.meetings.attendance.rules import tally
from server.meetings.rules import AttendanceStanding

ALL = st.lists(st.sampled_from(AttendanceStanding))


def test_the_late_ones_came_and_the_made_up_ones_did_not() -> None:
    counted = tally([AttendanceStanding.present, AttendanceStanding.late, AttendanceStanding.made_up])
    assert (counted.owed, counted.attended, counted.late, counted.made_up) == (3, 2, 1, 1)


@pytest.mark.parametrize(
    ("standings", "rate"),
    [
        ([], None),
        ([AttendanceStanding.on_leave, AttendanceStanding.on_leave], None),
        ([AttendanceStanding.absent], "0.0"),
        ([AttendanceStanding.present, AttendanceStanding.on_leave], "100.0"),
        ([AttendanceStanding.made_up, AttendanceStanding.absent], "50.0"),
        ([AttendanceStanding.present] * 2 + [AttendanceStanding.absent], "66.7"),
        ([AttendanceStanding.present] + [AttendanceStanding.absent] * 7, "12.5"),
        ([AttendanceStanding.present] + [AttendanceStanding.absent] * 15, "6.3"),  # 6.25 is rounded half up
        ([AttendanceStanding.late, AttendanceStanding.expected], None),  # not before check-in has closed
    ],
)
def test_the_rate_is_what_was_attended_or_made_up_of_what_was_owed_without_leave(
    standings: list[AttendanceStanding], rate: str | None
) -> None:
    counted = tally(standings).rate
    assert (str(counted) if counted is not None else None) == rate


@given(ALL)
def test_everyone_on_the_list_stands_somewhere(standings: list[AttendanceStanding]) -> None:
    counted = tally(standings)
    assert counted.owed == len(standings)
    assert counted.late <= counted.attended
    assert counted.rate is None or 0 <= counted.rate <= 100


@given(ALL)
def test_a_leave_moves_no_rate(standings: list[AttendanceStanding]) -> None:
    assert tally([*standings, AttendanceStanding.on_leave]).rate == tally(standings).rate


@given(ALL)
def test_nobody_lowers_the_rate_by_coming(standings: list[AttendanceStanding]) -> None:
    assert (tally([*standings, AttendanceStanding.present]).rate or 0) >= (tally(standings).rate or Decimal(0))
