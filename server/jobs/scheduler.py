"""Who looks at the clock: one APScheduler per process, as many processes as one likes.

Nothing is kept in APScheduler (memory job store): it only says when to look. What is due, and whether someone else is
at it, is read from the database each time.
"""

import logging
import sys
from collections.abc import Sequence
from datetime import datetime
from threading import Event, Thread
from typing import Any

import structlog
from apscheduler.executors.base import BaseExecutor, run_job
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from server import clock
from server.config import Settings
from server.jobs import runs
from server.jobs.table import JOBS
from server.scheduling import Job

log = structlog.get_logger()

LOOK_SECONDS = 60
"""How often every job is looked at whatever its schedule: for what failed, or was left by a process that died."""


class DaemonThreads(BaseExecutor):  # type: ignore[misc]
    """A thread of its own for each run, which does not keep the process from stopping: a run cut off is resumed."""

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        Thread(target=self._run, args=(job, run_times), name=f"job-{job.id}", daemon=True).start()

    def _run(self, job: Any, run_times: list[datetime]) -> None:
        try:
            events = run_job(job, job._jobstore_alias, run_times, self._logger.name)
        except BaseException as error:
            self._run_job_error(job.id, error, sys.exc_info()[2])
        else:
            self._run_job_success(job.id, events)


def run(engine: Engine, settings: Settings, stop: Event, *, jobs: Sequence[Job] = JOBS) -> None:
    """Work jobs off until `stop` is set: at once what was missed, then each at its time.

    The minute's look goes by a clock nobody can set; APScheduler alone would sleep through one that was set back.
    """
    scheduler = _scheduler(engine, settings, jobs)
    scheduler.start()
    try:
        while not stop.wait(LOOK_SECONDS):
            for job in jobs:
                scheduler.modify_job(job.name, next_run_time=clock.now())
    finally:
        scheduler.shutdown(wait=False)


def _scheduler(engine: Engine, settings: Settings, jobs: Sequence[Job]) -> BackgroundScheduler:
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it narrates every run and every look that found one
    scheduler = BackgroundScheduler(
        timezone=clock.SHANGHAI,
        executors={"default": DaemonThreads()},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    for job in jobs:
        scheduler.add_job(
            _work_off,
            trigger=job.when.trigger,
            args=(engine, settings, (job, *(each for each in jobs if each.after == job))),
            id=job.name,
            name=job.title,
            next_run_time=clock.now(),
        )
    return scheduler


def _work_off(engine: Engine, settings: Settings, jobs: Sequence[Job]) -> None:
    """Work off a job, and at once those that may have waited for it."""
    for job in jobs:
        try:
            runs.work_off(engine, settings, job)
        except Exception:
            log.exception("job_not_looked_at", job=job.name)
