"""What is read of the record of runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server import leases
from server.days import day_start
from server.jobs.models import JobRun
from server.jobs.rules import Past, Unfinished
from server.organizations.models import Organization
from server.scheduling import CatchUp

BATCH = 1000


@dataclass(frozen=True, slots=True)
class JobRecord:
    """A job's latest run, whether it is being run now, and its runs that failed the last time they were tried."""

    latest: JobRun | None
    running: bool
    failed: Sequence[JobRun]


def past_of(session: Session, job: str, catch_up: CatchUp, *, now: datetime) -> Past:
    """Return what is known of a job's runs; if only the latest is made up for, only that one counts as unfinished."""
    last = session.scalar(select(func.max(JobRun.period)).where(JobRun.job == job, JobRun.period <= now))
    if last is None:
        ahead = session.scalar(select(JobRun.id).where(JobRun.job == job).limit(1)) is not None
        return Past(ahead=ahead, begun=_begun(session))
    query = select(JobRun).where(JobRun.job == job, JobRun.period <= now, JobRun.finished_at.is_(None))
    if catch_up is CatchUp.latest:
        query = query.where(JobRun.period == last)
    runs = session.scalars(query.order_by(JobRun.period).limit(BATCH))
    return Past(last, [Unfinished(run.period, run.started_at, run.attempts, run.error is not None) for run in runs])


def last_done(session: Session, job: str, *, now: datetime) -> datetime | None:
    """Return when a job was last done to its end, as far as this clock has come."""
    done = select(func.max(JobRun.finished_at)).where(JobRun.job == job, JobRun.finished_at <= now)
    return session.scalar(done)


def first_open(session: Session, job: str, *, after: datetime, now: datetime) -> datetime | None:
    """Return a job's first period after an instant that was tried and is not done."""
    query = select(func.min(JobRun.period)).where(JobRun.job == job, JobRun.period > after, JobRun.period <= now)
    return session.scalar(query.where(JobRun.finished_at.is_(None)))


def _begun(session: Session) -> datetime | None:
    """Return when the first university began here."""
    began_on = session.scalar(select(func.min(Organization.began_on)).where(Organization.parent_id.is_(None)))
    return day_start(began_on) if began_on else None


def record_of(session: Session, job: str, catch_up: CatchUp) -> JobRecord:
    """Return what to show of a job. Failures that a later period has overtaken are left out."""
    latest = session.scalar(select(JobRun).where(JobRun.job == job).order_by(JobRun.period.desc()).limit(1))
    if latest is None:
        return JobRecord(None, False, [])
    failed = select(JobRun).where(JobRun.job == job, JobRun.finished_at.is_(None), JobRun.error.is_not(None))
    if catch_up is CatchUp.latest:
        failed = failed.where(JobRun.period == latest.period)
    return JobRecord(
        latest, leases.is_held(session, job), session.scalars(failed.order_by(JobRun.period).limit(20)).all()
    )
