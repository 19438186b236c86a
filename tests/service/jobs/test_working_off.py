"""Each period once and in order, whatever was missed or failed; the same by hand."""

from dataclasses import replace
from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest
from sqlalchemy import Engine
from time_machine import Traveller

from server import leases
from server.config import Settings
from server.errors import DomainError
from server.jobs import runs
from server.scheduling import CatchUp, every_minutes
from tests.cast import MORNING as NOW
from tests.service.jobs.recorder import DAY, HOUR, SECOND, THIS_MORNING, Recorder, fails, ran, stored


def test_what_is_due_runs_once_and_is_marked_as_done(
    engine: Engine, settings: Settings, recorder: Recorder, clock: Traveller
) -> None:
    assert [runs.work_off(engine, settings, recorder.job) for _ in range(3)] == [1, 0, 0]
    (run,) = stored(engine)
    assert (run.period, run.finished_at, run.attempts, run.error) == (THIS_MORNING, NOW, 1, None)
    clock.shift(DAY)
    assert runs.work_off(engine, settings, recorder.job) == 1
    assert recorder.periods == [THIS_MORNING, THIS_MORNING + DAY]


def test_forty_missed_days_are_caught_up_in_order_some_at_a_time(
    engine: Engine,
    settings: Settings,
    recorder: Recorder,
    clock: Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runs, "MOST_AT_ONCE", 15)
    ran(engine, THIS_MORNING - 40 * DAY)
    assert [runs.work_off(engine, settings, recorder.job) for _ in range(4)] == [15, 15, 10, 0]
    assert recorder.periods == [THIS_MORNING - days * DAY for days in range(39, -1, -1)]


def test_of_forty_missed_days_only_the_latest_runs_where_that_is_enough(
    engine: Engine, settings: Settings, clock: Traveller
) -> None:
    recorder = Recorder(CatchUp.latest)
    ran(engine, THIS_MORNING - 40 * DAY)
    assert [runs.work_off(engine, settings, recorder.job) for _ in range(2)] == [1, 0]
    assert recorder.periods == [THIS_MORNING]


@pytest.mark.parametrize("back", [SECOND, HOUR, DAY, 40 * DAY])
def test_a_clock_set_back_runs_no_period_twice(
    engine: Engine, settings: Settings, back: timedelta, clock: Traveller
) -> None:
    recorder = Recorder(CatchUp.latest, every_minutes(5))
    runs.work_off(engine, settings, recorder.job)
    for moment in (NOW - back, NOW - back + 5 * timedelta(minutes=1), NOW - SECOND, NOW):
        clock.move_to(moment)
        runs.work_off(engine, settings, recorder.job)
    assert len(recorder.periods) == len(set(recorder.periods))
    assert recorder.periods[0] == NOW


def test_a_failure_is_recorded_and_tried_again_later_until_it_succeeds(
    engine: Engine, settings: Settings, recorder: Recorder, clock: Traveller
) -> None:
    recorder.then = fails
    for wait in (0, 1, 1, 1):  # minutes; the second wait is two
        clock.shift(timedelta(minutes=wait))
        assert runs.work_off(engine, settings, recorder.job) == 0
    (run,) = stored(engine)
    assert (run.attempts, run.finished_at) == (3, None)
    assert run.error is not None
    assert "no answer" in run.error
    assert "13800138000" not in run.error
    recorder.then = lambda: None
    clock.shift(timedelta(minutes=4))
    assert runs.work_off(engine, settings, recorder.job) == 1
    (run,) = stored(engine)
    assert (run.attempts, run.error) == (4, None)
    assert run.finished_at is not None


def test_a_failure_holds_up_later_periods_where_each_counts(
    engine: Engine, settings: Settings, recorder: Recorder, clock: Traveller
) -> None:
    ran(engine, THIS_MORNING - 3 * DAY)
    recorder.then = fails
    runs.work_off(engine, settings, recorder.job)
    assert recorder.periods == [THIS_MORNING - 2 * DAY]
    recorder.then = lambda: None
    clock.shift(HOUR)
    assert runs.work_off(engine, settings, recorder.job) == 3
    assert recorder.periods[1:] == [THIS_MORNING - 2 * DAY, THIS_MORNING - DAY, THIS_MORNING]


def test_a_job_waits_for_the_one_it_comes_after(
    engine: Engine, settings: Settings, recorder: Recorder, clock: Traveller
) -> None:
    first = recorder.job
    second = Recorder()
    follower = replace(second.job, name="follower", after=first)
    assert runs.work_off(engine, settings, follower) == 0  # the other never ran
    recorder.then = Mock(side_effect=[OSError("暂时不行"), None])
    assert (runs.work_off(engine, settings, first), runs.work_off(engine, settings, follower)) == (0, 0)
    with pytest.raises(DomainError) as refused:
        runs.run_by_hand(engine, settings, follower, None)
    assert refused.value.code == "other_job_first"
    clock.shift(timedelta(minutes=1))
    assert (runs.work_off(engine, settings, first), runs.work_off(engine, settings, follower)) == (1, 1)
    assert second.periods == [THIS_MORNING]
    assert [run.attempts for run in stored(engine, "follower")] == [1]
    clock.shift(DAY)
    assert runs.work_off(engine, settings, follower) == 0  # a new period of the other is due
    assert follower.times == "每天 03:30，在“记录”之后"


def test_by_hand_a_finished_period_runs_again(
    engine: Engine, settings: Settings, recorder: Recorder, clock: Traveller
) -> None:
    for _ in range(2):
        assert runs.run_by_hand(engine, settings, recorder.job, None) == THIS_MORNING
    (run,) = stored(engine)
    assert run.attempts == 2


def test_by_hand_a_failed_period_does_not_wait(
    engine: Engine, settings: Settings, recorder: Recorder, clock: Traveller
) -> None:
    recorder.then = fails
    assert runs.run_by_hand(engine, settings, recorder.job, None) is None
    recorder.then = lambda: None
    assert runs.run_by_hand(engine, settings, recorder.job, None) == THIS_MORNING


def test_by_hand_no_period_is_jumped_over(
    engine: Engine, settings: Settings, recorder: Recorder, clock: Traveller
) -> None:
    ran(engine, THIS_MORNING - 2 * DAY)
    with pytest.raises(DomainError, match="2026-06-17 03:30") as refused:
        runs.run_by_hand(engine, settings, recorder.job, THIS_MORNING)
    assert refused.value.code == "earlier_period_first"
    assert runs.run_by_hand(engine, settings, recorder.job, None) == THIS_MORNING - DAY
    assert runs.run_by_hand(engine, settings, recorder.job, THIS_MORNING) == THIS_MORNING


@pytest.mark.parametrize("period", [THIS_MORNING + DAY, THIS_MORNING - timedelta(minutes=1)])
def test_by_hand_only_a_period_that_is_one_runs(
    engine: Engine, settings: Settings, recorder: Recorder, period: datetime, clock: Traveller
) -> None:
    with pytest.raises(DomainError) as refused:
        runs.run_by_hand(engine, settings, recorder.job, period)
    assert refused.value.code == "not_a_period"
    assert recorder.periods == []


def test_by_hand_nothing_runs_beside_a_run(
    engine: Engine, settings: Settings, recorder: Recorder, clock: Traveller
) -> None:
    assert leases.take(engine, "recorded") is not None
    with pytest.raises(DomainError) as refused:
        runs.run_by_hand(engine, settings, recorder.job, None)
    assert refused.value.code == "job_running"
