"""Looks at the clock: one APScheduler per process, in as many processes as you like.

Nothing is kept in APScheduler (memory job store): it only says when to look. What is due, and whether another process
is running it, is read from the database each time.
"""

import logging
from collections.abc import Sequence
from threading import Event, Thread

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine

from server import clock
from server.config import Settings
from server.days import SHANGHAI
from server.jobs import runs
from server.jobs.table import JOBS
from server.scheduling import Job

log = structlog.get_logger()

LOOK_SECONDS = 60
"""How often every job is looked at whatever its schedule: for what failed, or was left by a process that died."""


class Worker:
    """Runs a job, and right after it those that may have waited for it, in a thread that does not keep the process from
    stopping: a run cut off is resumed. It is not started again while it is running."""

    def __init__(self, engine: Engine, settings: Settings, jobs: Sequence[Job]) -> None:
        self._engine, self._settings, self._jobs = engine, settings, jobs
        self._thread: Thread | None = None

    def send_off(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(target=self._work_off, name=f"job-{self._jobs[0].name}", daemon=True)
            self._thread.start()

    def _work_off(self) -> None:
        for job in self._jobs:
            try:
                runs.work_off(self._engine, self._settings, job)
            except Exception:
                log.exception("job_not_looked_at", job=job.name)


def run(engine: Engine, settings: Settings, stop: Event, *, jobs: Sequence[Job] = JOBS) -> None:
    """Run jobs until `stop` is set: first what was missed, then each at its time.

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
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it logs every run and every look that found one
    scheduler = BackgroundScheduler(
        timezone=SHANGHAI,
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
    )
    for job in jobs:
        scheduler.add_job(
            Worker(engine, settings, (job, *(each for each in jobs if each.after == job))).send_off,
            trigger=job.when.trigger,
            id=job.name,
            name=job.title,
            next_run_time=clock.now(),
        )
    return scheduler
