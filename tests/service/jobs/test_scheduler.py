"""The scheduler: what it takes up, when it looks again, how it stops."""

from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread
from threading import enumerate as enumerate_threads
from time import monotonic, sleep

import pytest
from sqlalchemy import Engine

from server.config import Settings
from server.jobs import scheduler
from tests.service.jobs.recorder import Recorder, fails, stored
from tests.waiting import LONG


def test_a_scheduler_takes_up_at_once_what_was_missed_and_stops_at_once(engine: Engine, settings: Settings) -> None:
    """Even in the midst of a job: what is cut off is resumed later."""
    recorder, started, stop, never = Recorder(), Event(), Event(), Event()

    def hang() -> None:
        started.set()
        never.wait()

    recorder.then = hang
    thread = Thread(target=scheduler.run, args=(engine, settings, stop), kwargs={"jobs": [recorder.job]}, daemon=True)
    thread.start()
    assert started.wait(LONG)
    stop.set()
    thread.join(LONG)
    assert not thread.is_alive()
    assert stored(engine)[-1].finished_at is None
    never.set()
    deadline = monotonic() + LONG
    while stored(engine)[-1].finished_at is None:
        assert monotonic() < deadline


def test_a_scheduler_looks_again_for_what_failed(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr("server.jobs.rules.FIRST_WAIT", timedelta(0))
    recorder, stop, twice = Recorder(), Event(), Event()
    recorder.then = lambda: twice.set() if len(recorder.periods) > 1 else fails()
    thread = Thread(target=scheduler.run, args=(engine, settings, stop), kwargs={"jobs": [recorder.job]}, daemon=True)
    thread.start()
    assert twice.wait(LONG)
    stop.set()
    thread.join(LONG)
    assert len(set(recorder.periods)) == 1


def test_a_scheduler_goes_on_at_once_with_what_waited(
    engine: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "LOOK_SECONDS", 2 * LONG)
    first, second, stop = Recorder(), Recorder(), Event()
    first.then = lambda: sleep(0.5)  # long enough for the other to have been looked at and to wait
    second.then = stop.set
    follower = replace(second.job, name="follower", after=first.job)
    begun = monotonic()
    scheduler.run(engine, settings, stop, jobs=(follower, first.job))
    assert monotonic() - begun < LONG


def test_a_job_that_is_under_way_is_not_begun_again(engine: Engine, settings: Settings) -> None:
    """Its trigger fires and the minute's look comes by meanwhile."""
    recorder, started, go_on = Recorder(), Event(), Event()

    def hang() -> None:
        started.set()
        go_on.wait(LONG)

    recorder.then = hang
    worker = scheduler.Worker(engine, settings, [replace(recorder.job, name="once")])
    worker.send_off()
    assert started.wait(LONG)
    worker.send_off()
    assert [thread.name for thread in enumerate_threads()].count("job-once") == 1
    go_on.set()
    deadline = monotonic() + LONG
    while stored(engine, "once")[-1].finished_at is None:
        assert monotonic() < deadline
    assert len(recorder.periods) == 1
