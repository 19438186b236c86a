"""Jobs by the clock: each period once, whoever looks, whatever dies."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Event, Thread
from time import monotonic, sleep
from unittest.mock import Mock
from zoneinfo import ZoneInfo

import pytest
import time_machine
from click.testing import CliRunner, Result
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session
from time_machine import Traveller

from server import cli
from server.config import Settings
from server.db import make_engine, reading, transaction
from server.errors import DomainError
from server.jobs import lease, runs, scheduler, service
from server.jobs.lease import Held, LeaseLost
from server.jobs.models import JobRun, Lease
from server.jobs.rules import CatchUp, Schedule, daily, every_minutes
from server.jobs.table import JOBS, Job, purge_job_runs
from server.meetings import upkeep
from server.meetings.models import DigitTries, ScreenLink
from server.wechat.sandbox.listener import Listener
from server.wechat.sandbox.state import SandboxState
from tests.cast import NOW, Cast
from tests.meeting import make_meeting

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
THIS_MORNING = datetime(2026, 6, 18, 3, 30, tzinfo=SHANGHAI)
LONG = 20
"""Seconds after which something that should happen at once is given up."""


class Recorder:
    """A job that notes its periods. `then` is called in the midst of each."""

    def __init__(self, rule: CatchUp = CatchUp.every, when: Schedule | None = None) -> None:
        self.periods: list[datetime] = []
        self.then: Callable[[], object] = lambda: None
        self.job = Job("recorded", "记录", when or daily("03:30"), rule, self.run)

    def run(self, engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
        self.periods.append(period)
        self.then()


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def stored(engine: Engine, name: str = "recorded") -> list[JobRun]:
    with reading(engine) as session:
        return list(session.scalars(select(JobRun).where(JobRun.job == name).order_by(JobRun.period)))


def ran(engine: Engine, period: datetime, *, finished: bool = True, name: str = "recorded") -> None:
    """Put a run into the table as if it had happened."""
    with Session(engine) as session:
        finished_at = period if finished else None
        session.add(
            JobRun(job=name, period=period, started_at=period, finished_at=finished_at, holder="then", attempts=1)
        )
        session.commit()


def let_run_out(engine: Engine) -> None:
    """Let every lease run out now, as a minute without its holder would."""
    with Session(engine) as session:
        session.execute(update(Lease).values(expires_at=lease.database_now(session)))
        session.commit()


def fails() -> None:
    raise RuntimeError("no answer from 13800138000")


# Working off


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


# Two at once, and dying


@pytest.mark.mariadb_only
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


def test_a_scheduler_goes_on_at_once_with_what_waited(engine: Engine, settings: Settings) -> None:
    first, second, stop = Recorder(), Recorder(), Event()
    first.then = lambda: sleep(0.5)  # long enough for the other to have been looked at and to wait
    second.then = stop.set
    follower = replace(second.job, name="follower", after=first.job)
    begun = monotonic()
    scheduler.run(engine, settings, stop, jobs=(follower, first.job))
    assert monotonic() - begun < LONG


def test_two_schedulers_at_once_run_each_period_once(engine: Engine, settings: Settings, clock: Traveller) -> None:
    recorder = Recorder()
    ran(engine, THIS_MORNING - 30 * DAY)
    url = engine.url.render_as_string(hide_password=False)
    barrier, failures = Barrier(2), []

    def look() -> None:
        own = make_engine(url)
        try:
            for _ in range(20):
                barrier.wait()
                runs.work_off(own, settings, recorder.job)
        except Exception as error:
            failures.append(error)
            barrier.abort()
        finally:
            own.dispose()

    threads = [Thread(target=look, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert recorder.periods == [THIS_MORNING - days * DAY for days in range(29, -1, -1)]
    assert all(run.finished_at is not None and run.attempts == 1 for run in stored(engine))


def test_what_another_finished_just_before_is_not_run_again(
    engine: Engine, settings: Settings, recorder: Recorder, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other looks, works and gives the lease back between this one's look and its taking the lease."""
    take = lease.take

    def take_after_the_other(engine: Engine, job: str, *, holder: str) -> Held | None:
        monkeypatch.setattr(lease, "take", take)
        assert runs.work_off(engine, settings, recorder.job) == 1
        return take(engine, job, holder=holder)

    monkeypatch.setattr(lease, "take", take_after_the_other)
    assert runs.work_off(engine, settings, recorder.job) == 0
    assert recorder.periods == [THIS_MORNING]


DYING = """
import sys, time
from server import config
from server.db import make_engine
from server.jobs import runs
from server.jobs.rules import CatchUp, daily
from server.jobs.table import Job

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
    other: list[Held | None] = []

    def take_over() -> None:
        let_run_out(engine)
        other.append(lease.take(engine, "recorded", holder="other"))

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
    assert (run.attempts, run.holder, run.finished_at) == (2, "other", NOW)


def test_who_lost_the_lease_does_not_report_a_failure_either(
    engine: Engine, settings: Settings, recorder: Recorder, clock: Traveller
) -> None:
    def lose_and_fail() -> None:
        let_run_out(engine)
        lease.take(engine, "recorded", holder="other")
        fails()

    recorder.then = lose_and_fail
    assert runs.work_off(engine, settings, recorder.job) == 0
    assert stored(engine)[-1].error is None


# The lease


def test_one_of_many_gets_the_lease(engine: Engine) -> None:
    for _ in range(2):  # the first time there is no row yet
        barrier = Barrier(8)
        got: list[Held | None] = []

        def take(barrier: Barrier = barrier, got: list[Held | None] = got) -> None:
            barrier.wait()
            got.append(lease.take(engine, "recorded", holder="one of many"))

        threads = [Thread(target=take, daemon=True) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(got) == 8
        assert len([held for held in got if held is not None]) == 1
        let_run_out(engine)


def test_a_lease_given_back_can_be_taken_at_once_under_a_new_token(engine: Engine) -> None:
    first = lease.take(engine, "recorded", holder="first")
    assert first is not None
    assert lease.take(engine, "recorded", holder="second") is None
    lease.release(engine, first)
    second = lease.take(engine, "recorded", holder="second")
    assert second is not None
    assert second.token > first.token
    lease.release(engine, first)  # of someone who comes late: it is not his to give back
    assert lease.take(engine, "recorded", holder="third") is None
    with pytest.raises(LeaseLost):
        lease.renew(engine, first)


def test_a_machine_whose_clock_is_wrong_takes_no_lease_away(engine: Engine, clock: Traveller) -> None:
    assert lease.take(engine, "recorded", holder="first") is not None
    clock.shift(365 * DAY)
    assert lease.take(engine, "recorded", holder="a year ahead") is None


def test_a_lease_is_kept_as_long_as_the_work_takes(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "RENEWED_AFTER_SECONDS", 0.01)
    held = lease.take(engine, "recorded", holder="first", lasts=SECOND)
    assert held is not None
    taken_until, deadline = expires_at(engine), monotonic() + LONG
    with lease.kept(engine, held):
        while expires_at(engine) < taken_until + 30 * SECOND:
            assert monotonic() < deadline
    assert lease.take(engine, "recorded", holder="second") is not None


def expires_at(engine: Engine) -> datetime:
    with reading(engine) as session:
        return session.scalars(select(Lease.expires_at)).one()


# By hand


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
    assert lease.take(engine, "recorded", holder="other") is not None
    with pytest.raises(DomainError) as refused:
        runs.run_by_hand(engine, settings, recorder.job, None)
    assert refused.value.code == "job_running"


# The scheduler


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


# The command line


def xianfeng(directory: Path, *words: str) -> Result:
    return CliRunner().invoke(cli.main, list(words), env={"XIANFENG_DATA": str(directory)})


@pytest.mark.sqlite_only
def test_the_command_shows_times_and_failures_and_runs_one_job(
    engine: Engine, tmp_path: Path, clock: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(engine: Engine, *, now: datetime) -> int:
        raise RuntimeError("no [space] left")

    monkeypatch.setattr(cli.console, "width", 200)
    assert "每 5 分钟" in xianfeng(tmp_path, "jobs").output
    with monkeypatch.context() as broken:
        broken.setattr("server.meetings.settlement.due.settle_due", refuse)
        for _ in range(2):
            failed = xianfeng(tmp_path, "jobs", "run", "settle_meetings")
            assert failed.exit_code == 1
            assert "会议到期结算没有完成" in failed.output
    shown = xianfeng(tmp_path, "jobs").output
    assert "失败 2 次" in shown
    assert "RuntimeError: no [space] left" in shown
    assert "2026-06-18 10:05" in shown  # when it is next due
    done = xianfeng(tmp_path, "jobs", "run", "settle_meetings", "--period", "2026-06-18T10:00")
    assert "会议到期结算已完成：2026-06-18 10:00" in done.output
    shown = xianfeng(tmp_path, "jobs").output
    assert "完成 2026-06-18 10:00" in shown
    assert "未完成" not in shown


@pytest.mark.parametrize("words", [("jobs",), ("jobs", "run", "purge_photos"), ("scheduler",)])
def test_the_commands_ask_for_the_schema_first(tmp_path: Path, words: tuple[str, ...]) -> None:
    asked = xianfeng(tmp_path, *words)
    assert asked.exit_code == 1
    assert "xianfeng db upgrade" in asked.output


@pytest.mark.sqlite_only
def test_the_command_says_what_it_does_not_know(engine: Engine, tmp_path: Path) -> None:
    unknown = xianfeng(tmp_path, "jobs", "run", "make_coffee")
    assert unknown.exit_code == 1
    assert "settle_meetings" in unknown.output
    early = xianfeng(tmp_path, "jobs", "run", "purge_photos", "--period", "2026-06-18T04:00")
    assert early.exit_code == 1
    assert "每天 03:30" in early.output


# What the jobs do


@pytest.fixture
def within_reach(settings: Settings) -> Iterator[Settings]:
    """Settings with a sandbox that answers: some jobs ask WeChat even where nothing is to be sent."""
    state = SandboxState()
    listener = Listener(lambda: state)
    yield replace(settings, sandbox_url=listener.base_url())
    listener.stop()


def test_every_job_of_the_table_runs_and_runs_again(engine: Engine, within_reach: Settings, cast: Cast) -> None:
    for job in JOBS:
        for _ in range(2):
            assert runs.run_by_hand(engine, within_reach, job, None) is not None, job.name


def test_records_of_frequent_jobs_are_forgotten_after_a_week_except_the_newest_and_what_is_not_done(
    engine: Engine, settings: Settings
) -> None:
    name = "settle_meetings"
    for age in (30 * DAY, 20 * DAY, 7 * DAY + HOUR, 6 * DAY, HOUR):
        ran(engine, NOW - age, name=name)
    ran(engine, NOW - 40 * DAY, name="purge_photos")
    ran(engine, NOW - 20 * DAY, name="purge_photos")
    purge_job_runs(engine, settings, NOW, NOW)
    assert [run.period for run in stored(engine, name)] == [NOW - age for age in (7 * DAY + HOUR, 6 * DAY, HOUR)]
    assert len(stored(engine, "purge_photos")) == 2


def test_a_run_that_is_not_done_is_not_forgotten(engine: Engine) -> None:
    for age in (30, 20):
        ran(engine, NOW - age * DAY, finished=False)
    assert transaction(engine, lambda session: service.forget_runs(session, "recorded", before=NOW)) == 0
    assert len(stored(engine)) == 2


def test_wrong_digits_are_forgotten_a_day_after_check_in_closed(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast)
    session.add(DigitTries(meeting_id=meeting.id, account_id=cast.zhang_min.account_id, wrong=5))
    session.commit()
    assert upkeep.purge_digit_tries(session, now=meeting.closes_at + DAY - SECOND) == 0
    assert upkeep.purge_digit_tries(session, now=meeting.closes_at + DAY) == 1
    assert session.scalars(select(DigitTries)).all() == []


def test_links_to_a_screen_are_forgotten_a_week_after_they_ran_out(session: Session, cast: Cast) -> None:
    meeting = make_meeting(session, cast)
    link = ScreenLink(
        meeting_id=meeting.id,
        account_id=cast.li_wei.account_id,
        key_hash="k" * 64,
        digits_hash="d" * 64,
        expires_at=NOW,
    )
    session.add(link)
    session.commit()
    assert upkeep.purge_screen_links(session, now=NOW + 7 * DAY - SECOND) == 0
    assert upkeep.purge_screen_links(session, now=NOW + 7 * DAY) == 1
    assert session.scalars(select(ScreenLink)).all() == []
