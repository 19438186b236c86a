"""The states of a meeting, of a leave, and where a person stands."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.meetings.rules import (
    KIND_TITLES,
    STANDING_TITLES,
    AttendanceStanding,
    AttendanceState,
    CheckInRefusal,
    CheckInWindow,
    LeaveAction,
    LeaveStatus,
    MeetingAction,
    MeetingKind,
    MeetingStatus,
    next_leave_status,
    next_status,
    refusal,
    standing,
    state_at,
)

START = datetime(2026, 6, 18, 7, 0, tzinfo=UTC)
WINDOW = CheckInWindow(
    opens_at=START - timedelta(minutes=20),
    late_after=START + timedelta(minutes=10),
    closes_at=START + timedelta(minutes=20),
)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("scanned_at", "expected"),
    [
        (WINDOW.opens_at - TICK, CheckInRefusal.too_early),
        (WINDOW.opens_at, None),
        (WINDOW.closes_at, None),
        (WINDOW.closes_at + TICK, CheckInRefusal.closed),
    ],
)
def test_the_window_includes_both_its_ends(scanned_at: datetime, expected: CheckInRefusal | None) -> None:
    assert refusal(WINDOW, scanned_at=scanned_at) == expected


@pytest.mark.parametrize(
    ("scanned_at", "expected"),
    [
        (WINDOW.opens_at, AttendanceState.present),
        (WINDOW.late_after, AttendanceState.present),
        (WINDOW.late_after + TICK, AttendanceState.late),
        (WINDOW.closes_at, AttendanceState.late),
    ],
)
def test_late_begins_just_after_the_limit(scanned_at: datetime, expected: AttendanceState) -> None:
    assert state_at(WINDOW, scanned_at=scanned_at) == expected


@given(st.integers(-7200, 7200).map(lambda seconds: START + timedelta(seconds=seconds)))
def test_a_scan_counts_exactly_inside_the_window(scanned_at: datetime) -> None:
    inside = WINDOW.opens_at <= scanned_at <= WINDOW.closes_at
    assert (refusal(WINDOW, scanned_at=scanned_at) is None) == inside


def test_a_settled_meeting_is_settled_again_or_reopened_but_not_cancelled() -> None:
    assert next_status(MeetingStatus.planned, MeetingAction.settle) == MeetingStatus.settled
    assert next_status(MeetingStatus.settled, MeetingAction.settle) == MeetingStatus.settled
    assert next_status(MeetingStatus.settled, MeetingAction.reopen) == MeetingStatus.planned
    assert next_status(MeetingStatus.settled, MeetingAction.cancel) is None


@pytest.mark.parametrize("action", MeetingAction)
def test_nothing_leads_out_of_cancelled(action: MeetingAction) -> None:
    assert next_status(MeetingStatus.cancelled, action) is None


def test_a_refused_leave_may_still_be_granted_and_a_granted_one_taken_back() -> None:
    assert next_leave_status(LeaveStatus.asked, LeaveAction.grant) == LeaveStatus.granted
    assert next_leave_status(LeaveStatus.refused, LeaveAction.grant) == LeaveStatus.granted
    assert next_leave_status(LeaveStatus.granted, LeaveAction.refuse) == LeaveStatus.refused
    assert next_leave_status(LeaveStatus.granted, LeaveAction.withdraw) == LeaveStatus.withdrawn


@pytest.mark.parametrize("action", LeaveAction)
def test_a_withdrawn_leave_is_over(action: LeaveAction) -> None:
    assert next_leave_status(LeaveStatus.withdrawn, action) is None


@pytest.mark.parametrize("state", AttendanceState)
@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize("on_leave", [True, False])
@pytest.mark.parametrize("closed", [True, False])
def test_who_came_came_whatever_else_is_known(state: AttendanceState, held: bool, on_leave: bool, closed: bool) -> None:
    assert standing(state, held=held, on_leave=on_leave, closed=closed).value == state.value


def test_who_did_not_come_is_on_leave_expected_or_absent() -> None:
    assert standing(None, held=False, on_leave=True, closed=True) == AttendanceStanding.on_leave
    assert standing(None, held=False, on_leave=False, closed=False) == AttendanceStanding.expected
    assert standing(None, held=False, on_leave=False, closed=True) == AttendanceStanding.absent


@pytest.mark.parametrize("on_leave", [True, False])
@pytest.mark.parametrize("closed", [True, False])
def test_who_waits_for_the_host_is_neither_absent_nor_on_leave(on_leave: bool, closed: bool) -> None:
    assert standing(None, held=True, on_leave=on_leave, closed=closed) == AttendanceStanding.held


def test_every_kind_and_standing_has_a_title() -> None:
    assert set(KIND_TITLES) == set(MeetingKind)
    assert set(STANDING_TITLES) == set(AttendanceStanding)
