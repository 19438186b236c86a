"""Everything that runs by the clock: what features bring in their `jobs.py`, and the scheduler's own upkeep."""

from datetime import datetime
from functools import partial

from sqlalchemy import Engine

from server import scheduling
from server.config import Settings
from server.features import brought
from server.jobs import queries, service
from server.scheduling import CatchUp, Job, daily, to_the_end


def purge_job_runs(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Delete the records of jobs that run many times a day."""
    for job in JOBS:
        if job.keeps is not None:
            forget = partial(service.forget_runs, job=job.name, before=now - job.keeps)
            to_the_end(engine, forget, queries.BATCH)


JOBS: tuple[Job, ...] = (
    *(job for module in brought("jobs") for job in module.JOBS),
    Job("purge_job_runs", "清理任务运行记录", daily("03:30"), CatchUp.latest, purge_job_runs, deletes=True),
)

scheduling.know_runs(lambda session, job, now: queries.last_done(session, job, now=now))
