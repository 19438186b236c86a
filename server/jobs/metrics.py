"""Figures about the jobs for Prometheus: which failed, and when each was last done."""

from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.jobs.models import JobRun
from server.jobs.table import JOBS
from server.scheduling import CatchUp


def families(session: Session) -> Iterator[GaugeMetricFamily]:
    last = select(JobRun.job, func.max(JobRun.period), func.max(JobRun.finished_at)).group_by(JobRun.job)
    rows = {job: (period, finished_at) for job, period, finished_at in session.execute(last)}
    failed = GaugeMetricFamily("xianfeng_job_runs_failed", "Periods of a job that failed and wait.", labels=["job"])
    done = GaugeMetricFamily(
        "xianfeng_job_last_success_timestamp_seconds", "When a job was last done to its end.", labels=["job"]
    )
    failures = _failures(session)
    for job in JOBS:
        period, finished_at = rows.get(job.name, (None, None))
        overtaken = job.catch_up is CatchUp.latest
        periods = [each for each in failures.get(job.name, []) if not overtaken or each == period]
        failed.add_metric([job.name], len(periods))
        if finished_at is not None:
            done.add_metric([job.name], finished_at.timestamp())
    yield from (failed, done)


def _failures(session: Session) -> dict[str, list[datetime]]:
    query = select(JobRun.job, JobRun.period).where(JobRun.finished_at.is_(None), JobRun.error.is_not(None))
    found: dict[str, list[datetime]] = {}
    for job, period in session.execute(query):
        found.setdefault(job, []).append(period)
    return found
