"""The course of an objection, as rules."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.objections.error_codes import ObjectionErrorCode
from server.objections.rules import (
    OPEN,
    STATUS_TITLES,
    Hand,
    ObjectionAction,
    ObjectionOutcome,
    ObjectionStatus,
    answer_refusal,
    anyone_left,
    candidates,
    next_status,
    raising_refusal,
)

ENDED = set(ObjectionStatus) - OPEN
LAST = date(2027, 3, 5)


@given(st.lists(st.sampled_from(ObjectionAction), max_size=12))
def test_whatever_is_tried_an_end_stays_an_end_but_for_a_late_second_look(actions: list[ObjectionAction]) -> None:
    status = ObjectionStatus.submitted
    for action in actions:
        after = next_status(status, action)
        if after is None:
            continue
        assert status in OPEN or (status, action) == (ObjectionStatus.lapsed, ObjectionAction.escalate)
        status = after
    assert status in STATUS_TITLES


def test_every_state_is_reached_and_every_end_is_one() -> None:
    reached, todo = set(), [ObjectionStatus.submitted]
    while todo:
        status = todo.pop()
        reached.add(status)
        todo += [after for action in ObjectionAction if (after := next_status(status, action)) and after not in reached]
    assert reached == set(ObjectionStatus)
    ends = {
        status
        for status in ObjectionStatus
        if not any(next_status(status, action) not in (None, status) for action in ObjectionAction)
    }
    assert ends == ENDED - {ObjectionStatus.lapsed}


def test_it_is_withdrawn_before_an_answer_and_a_second_look_taken_back_accepts_the_first() -> None:
    taken_back = {status: next_status(status, ObjectionAction.withdraw) for status in ObjectionStatus}
    assert {status for status, after in taken_back.items() if after is ObjectionStatus.withdrawn} == {
        ObjectionStatus.submitted,
        ObjectionStatus.investigating,
    }
    assert taken_back[ObjectionStatus.answered] is None
    assert taken_back[ObjectionStatus.second] is ObjectionStatus.accepted


@pytest.mark.parametrize(
    ("year", "today", "closes_on", "reason", "refused"),
    [
        (2027, LAST, None, None, False),
        (2026, LAST, None, None, False),
        (2026, LAST, LAST, None, False),
        (2026, LAST + timedelta(days=1), LAST, None, True),
        (2026, LAST + timedelta(days=1), LAST, "住院，刚看到公示", False),
        (2027, LAST, date(2027, 1, 1), None, False),
    ],
)
def test_until_the_last_day_it_is_taken_and_later_with_a_reason(
    year: int, today: date, closes_on: date | None, reason: str | None, refused: bool
) -> None:
    refusal = raising_refusal(year=year, today=today, closes_on=closes_on, reason=reason)
    assert refusal == (ObjectionErrorCode.late_without_reason if refused else None)


def test_what_is_upheld_corrects_something_or_says_why_not() -> None:
    upheld = (ObjectionOutcome.upheld, ObjectionOutcome.partly_upheld)
    assert all(answer_refusal(each, corrects=False, why_none=None) == "correction_missing" for each in upheld)
    assert all(answer_refusal(each, corrects=False, why_none="标准另有规定，分值不变") is None for each in upheld)
    assert all(answer_refusal(each, corrects=True, why_none=None) is None for each in upheld)
    assert answer_refusal(ObjectionOutcome.dismissed, corrects=False, why_none=None) is None
    assert answer_refusal(ObjectionOutcome.dismissed, corrects=True, why_none=None) == "wrong_status"


def test_who_had_a_hand_in_it_stands_below_with_the_reason() -> None:
    found = candidates([3, 1, 2, 1], {3: Hand.reviewed, 9: Hand.decided})
    assert [(each.account_id, each.hand) for each in found] == [(1, None), (2, None), (3, Hand.reviewed)]
    assert anyone_left(found)
    assert not anyone_left(candidates([3], {3: Hand.reviewed}))
    assert not anyone_left(candidates([], {}))
