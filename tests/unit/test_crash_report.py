"""What the crash harness concludes from what it saw."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest

from scripts.crash.kernel import events, synced_first
from scripts.crash.report import Fault, Key, Report
from scripts.crash.rush import Log

THEN = datetime(2026, 6, 18, 2, 0, tzinfo=UTC)
LATER = THEN + timedelta(seconds=1)
ZHANG, WANG = (1, 1), (1, 2)


def report(told: dict[Key, datetime], there: list[tuple[Key, datetime]], broken: tuple[str, ...] = ()) -> Report:
    return Report({Fault.server: 2, Fault.worker: 1}, told, there, {201: 2, 503: 1}, 3, broken)


def test_what_was_told_and_is_there_holds() -> None:
    seen = report({ZHANG: THEN, WANG: LATER}, [(WANG, LATER), (ZHANG, THEN)])
    assert seen.holds
    assert seen.lines() == [
        "killed   3: 2 × server, 1 × worker",
        "answers  2 × 201, 1 × 503; 3 connections broke",
        "result   acknowledged 2, found 2, lost 0, double 0",
    ]


def test_what_was_never_answered_may_be_there() -> None:
    assert report({ZHANG: THEN}, [(ZHANG, THEN), (WANG, THEN)]).holds


@pytest.mark.parametrize("there", [[(ZHANG, THEN)], [(ZHANG, THEN), (WANG, LATER)]])
def test_who_is_gone_or_there_with_another_scan_is_lost(there: list[tuple[Key, datetime]]) -> None:
    seen = report({ZHANG: THEN, WANG: THEN}, there)
    assert seen.lost == [WANG]
    assert not seen.holds


def test_who_is_there_twice_is_double() -> None:
    seen = report({ZHANG: THEN}, [(ZHANG, THEN), (ZHANG, THEN)])
    assert (seen.lost, seen.doubled, seen.holds) == ([], [ZHANG], False)


def test_an_answer_that_should_not_be_breaks_the_promise() -> None:
    seen = report({}, [], broken=("(1, 1) was answered 500",))
    assert not seen.holds
    assert seen.lines()[-1] == "broken   (1, 1) was answered 500"


@pytest.fixture
def log() -> Log:
    return Log(StringIO())


def body(at: datetime) -> dict[str, str]:
    return {"checked_in_at": at.isoformat()}


def test_a_repeat_with_the_first_record_is_fine(log: Log) -> None:
    assert log.answered(ZHANG, 201, body(THEN))
    assert log.answered(ZHANG, 200, body(THEN))
    assert (log.acknowledged, log.broken) == ({ZHANG: THEN}, [])


def test_a_repeat_that_is_new_or_tells_another_time_is_noted(log: Log) -> None:
    log.answered(ZHANG, 201, body(THEN))
    log.answered(ZHANG, 201, body(LATER))
    assert len(log.broken) == 2
    assert log.acknowledged == {ZHANG: THEN}


def test_who_is_asked_to_wait_is_not_acknowledged(log: Log) -> None:
    assert not log.answered(ZHANG, 503, {"error": {"code": "busy"}})
    assert (log.acknowledged, log.broken) == ({}, [])


@pytest.mark.parametrize("status", [400, 403, 409, 500])
def test_any_other_answer_is_noted(log: Log, status: int) -> None:
    assert not log.answered(ZHANG, status, {})
    assert len(log.broken) == 1


SYNC = "17  fdatasync(14)   = 0"
ANSWER = '16  writev(23, [{iov_base="HTTP/1.1 201 Created\\r\\n"..., iov_len=296}], 1) = 296'


def test_an_answer_is_in_time_only_after_a_sync_of_its_own() -> None:
    assert synced_first(events("\n".join([SYNC, ANSWER, SYNC, SYNC, ANSWER])))
    assert not synced_first(events("\n".join([SYNC, ANSWER, ANSWER])))
    assert not synced_first(events("\n".join([ANSWER, SYNC])))


def test_a_sync_counts_when_it_has_returned() -> None:
    begun = "17  fdatasync(14 <unfinished ...>"
    ended = "17  <... fdatasync resumed>)  = 0"
    assert not synced_first(events("\n".join([begun, ANSWER, ended])))
    assert synced_first(events("\n".join([begun, ended, ANSWER])))
