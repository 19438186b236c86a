"""Every job of the table runs, and the records of frequent ones are forgotten."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from server.config import Settings
from server.db import transaction
from server.jobs import runs, service
from server.jobs.table import JOBS, purge_job_runs
from server.wechat.sandbox.listener import Listener
from server.wechat.sandbox.state import SandboxState
from tests.cast import MORNING as NOW
from tests.cast import Cast
from tests.service.jobs.recorder import DAY, HOUR, ran, stored


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
