"""Two schedulers at once, one that dies, and the lease that keeps them apart."""

import subprocess
import sys
from datetime import datetime
from functools import partial
from time import monotonic

import pytest
from sqlalchemy import Engine, select
from time_machine import Traveller

from server import leases
from server.config import Settings
from server.db import make_engine, reading
from server.jobs import runs
from server.leases import HeldLease, Lease, LeaseLost
from tests.at_once import at_once
from tests.cast import MORNING as NOW
from tests.service.jobs.recorder import DAY, SECOND, THIS_MORNING, Recorder, fails, let_run_out, ran, stored
from tests.waiting import LONG


def test_two_schedulers_at_once_run_each_period_once(engine: Engine, settings: Settings, clock: Traveller) -> None:
    recorder = Recorder()
    ran(engine, THIS_MORNING - 30 * DAY)
    url = engine.url.render_as_string(hide_password=False)
    engines = [make_engine(url) for _ in range(2)]
    for _ in range(20):
        at_once(*(partial(runs.work_off, own, settings, recorder.job) for own in engines))
    for own in engines:
        own.dispose()
    assert recorder.periods == [THIS_MORNING - days * DAY for days in range(29, -1, -1)]
    assert all(run.finished_at is not None and run.attempts == 1 for run in stored(engine))


def test_what_another_finished_just_before_is_not_run_again(
    engine: Engine, settings: Settings, recorder: Recorder, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other looks, works and gives the lease back between this one's look and its taking the lease."""
    take = leases.take

    def take_after_the_other(engine: Engine, job: str) -> HeldLease | None:
        monkeypatch.setattr(leases, "take", take)
        assert runs.work_off(engine, settings, recorder.job) == 1
        return take(engine, job)

    monkeypatch.setattr(leases, "take", take_after_the_other)
    assert runs.work_off(engine, settings, recorder.job) == 0
    assert recorder.periods == [THIS_MORNING]


DYING = """
import sys, time
from server import config
from server.db import make_engine
from server.jobs import runs
from server.scheduling import CatchUp, daily
from server.scheduling import Job

def hang(engine, settings, now, period):
    print("half-way", flush=True)
    time.sleep(600)

settings = config.load({"XIANFENG_DATA": sys.argv[2]})
runs.work_off(make_engine(sys.argv[1]), settings, Job("recorded", "记录", daily("03:30"), CatchUp.every, hang))
"""


def test_a_run_killed_half_way_is_resumed_when_its_lease_has_run_out(
    engine: Engine, settings: Settings, recorder: Recorder
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", DYING, url, str(settings.data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as dying:
        assert dying.stdout is not None
        assert dying.stdout.readline() == b"half-way\n"
        assert runs.work_off(engine, settings, recorder.job) == 0  # the other is at it
        dying.kill()
    assert runs.work_off(engine, settings, recorder.job) == 0  # perhaps it still is
    (killed,) = stored(engine)
    assert (killed.attempts, killed.finished_at) == (1, None)
    let_run_out(engine)
    assert runs.work_off(engine, settings, recorder.job) == 1
    (resumed,) = stored(engine)
    assert (resumed.period, resumed.attempts) == (killed.period, 2)
    assert resumed.finished_at is not None


def test_who_lost_the_lease_marks_nothing_as_done(
    engine: Engine, settings: Settings, recorder: Recorder, clock: Traveller
) -> None:
    other: list[HeldLease | None] = []

    def take_over() -> None:
        let_run_out(engine)
        other.append(leases.take(engine, "recorded"))

    ran(engine, THIS_MORNING - 2 * DAY)
    recorder.then = take_over
    assert runs.work_off(engine, settings, recorder.job) == 0
    assert recorder.periods == [THIS_MORNING - DAY]  # it stopped there
    assert stored(engine)[-1].finished_at is None
    (held,) = other
    assert held is not None
    recorder.then = lambda: None
    assert runs.run_period(engine, settings, recorder.job, held, THIS_MORNING - DAY)
    run = stored(engine)[-1]
    assert (run.attempts, run.holder, run.finished_at) == (2, held.holder, NOW)


def test_who_lost_the_lease_does_not_report_a_failure_either(
    engine: Engine, settings: Settings, recorder: Recorder, clock: Traveller
) -> None:
    def lose_and_fail() -> None:
        let_run_out(engine)
        leases.take(engine, "recorded")
        fails()

    recorder.then = lose_and_fail
    assert runs.work_off(engine, settings, recorder.job) == 0
    assert stored(engine)[-1].error is None


def test_one_of_many_gets_the_lease(engine: Engine) -> None:
    for _ in range(2):  # the first time there is no row yet
        got = at_once(*[partial(leases.take, engine, "recorded")] * 8)
        assert len([held for held in got if held is not None]) == 1
        let_run_out(engine)


def test_a_lease_given_back_can_be_taken_at_once_under_a_new_token(engine: Engine) -> None:
    first = leases.take(engine, "recorded")
    assert first is not None
    assert leases.take(engine, "recorded") is None
    leases.release(engine, first)
    second = leases.take(engine, "recorded")
    assert second is not None
    assert second.token > first.token
    leases.release(engine, first)  # of someone who comes late: it is not his to give back
    assert leases.take(engine, "recorded") is None
    with pytest.raises(LeaseLost):
        leases.renew(engine, first)


def test_a_machine_whose_clock_is_wrong_takes_no_lease_away(engine: Engine, clock: Traveller) -> None:
    assert leases.take(engine, "recorded") is not None
    clock.shift(365 * DAY)
    assert leases.take(engine, "recorded") is None


def test_a_lease_is_kept_as_long_as_the_work_takes(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "RENEWED_AFTER_SECONDS", 0.01)
    held = leases.take(engine, "recorded", lasts=SECOND)
    assert held is not None
    taken_until, deadline = expires_at(engine), monotonic() + LONG
    with leases.kept(engine, held):
        while expires_at(engine) < taken_until + 30 * SECOND:
            assert monotonic() < deadline
    assert leases.take(engine, "recorded") is not None


def expires_at(engine: Engine) -> datetime:
    with reading(engine) as session:
        return session.scalars(select(Lease.expires_at)).one()
