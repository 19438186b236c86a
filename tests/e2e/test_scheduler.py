"""The scheduler inside the server, as `make run` starts it, and beside it, as production does."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from scripts.bench.serving import serving
from server import migrations
from server.db import make_engine, reading
from server.jobs.models import JobRun
from server.jobs.table import JOBS
from server.leases import Lease
from server.meetings.models import Meeting
from server.meetings.rules import MeetingStatus
from tests.cast import make_cast
from tests.meeting import make_meeting
from tests.waiting import LONG

MAY_COME_TOO_EARLY = {"tag_reviewers"}
"""It asks WeChat, which this very server plays, perhaps before its port is open, and is then tried again."""

STOPS_WITHIN = 5
"""Seconds. It takes well under two; the rest is for a machine that does much else."""


@pytest.fixture
def due(tmp_path: Path) -> Iterator[Engine]:
    """A database in which a meeting has long been due for its settlement."""
    engine = make_engine(f"sqlite:///{tmp_path}/xianfeng.db")
    migrations.upgrade(engine)
    with Session(engine, expire_on_commit=False) as session:
        make_meeting(session, make_cast(session))
    yield engine
    engine.dispose()


def settled(engine: Engine) -> bool:
    with reading(engine) as session:
        return session.scalars(select(Meeting.status)).one() == MeetingStatus.settled


def done(engine: Engine) -> dict[str, int]:
    """Return the attempts by job of the runs that are done."""
    with reading(engine) as session:
        runs = session.scalars(select(JobRun).where(JobRun.finished_at.is_not(None)))
        return {run.job: run.attempts for run in runs}


def until(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + LONG
    while not condition():
        assert monotonic() < deadline
        sleep(0.05)


def test_the_server_settles_a_meeting_that_is_due_and_stops_at_once(due: Engine, tmp_path: Path) -> None:
    with serving(str(due.url), tmp_path, workers=2) as server:
        server.wait_until_ready()
        until(lambda: settled(due))
        until(lambda: len(done(due)) == len(JOBS))
        again = {job for job, attempts in done(due).items() if attempts != 1}
        assert again <= MAY_COME_TOO_EARLY
        stopping = monotonic()
    assert monotonic() - stopping < STOPS_WITHIN


def test_a_worker_that_is_started_again_takes_up_the_jobs(due: Engine, tmp_path: Path) -> None:
    with serving(str(due.url), tmp_path) as server:
        server.wait_until_ready()
        until(lambda: len(done(due)) == len(JOBS))
        for worker in server.worker_pids():
            os.kill(worker, signal.SIGKILL)
        with due.begin() as connection:
            connection.execute(delete(JobRun))
            connection.execute(delete(Lease))  # it may have died before it gave one back
        until(lambda: len(done(due)) == len(JOBS))


def test_beside_a_server_without_a_scheduler_the_command_runs_the_jobs(due: Engine, tmp_path: Path) -> None:
    environment = {"XIANFENG_SCHEDULER": "none", "XIANFENG_DATA": str(tmp_path)}
    with serving(str(due.url), tmp_path, environment=environment) as server:
        server.wait_until_ready()
        command = [sys.executable, "-m", "server.cli", "scheduler"]
        with subprocess.Popen(
            command, env=os.environ | environment | {"PORT": str(server.port)}, stdout=subprocess.DEVNULL
        ) as scheduler:
            try:
                until(lambda: settled(due) and len(done(due)) == len(JOBS))
                stopping = monotonic()
            finally:
                scheduler.terminate()
        assert scheduler.returncode == 0
        with reading(due) as session:
            assert {holder.rpartition(":")[2] for holder in session.scalars(select(JobRun.holder))} == {
                str(scheduler.pid)
            }
        assert monotonic() - stopping < STOPS_WITHIN
