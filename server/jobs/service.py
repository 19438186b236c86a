"""The record of what ran: add to it, and delete old runs."""

from datetime import datetime

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from server import leases
from server.jobs.models import JobRun
from server.jobs.queries import BATCH
from server.leases import HeldLease

LONGEST_ERROR = 500


def begin(session: Session, held: HeldLease, period: datetime, *, now: datetime) -> JobRun:
    """Note that a period is being run, for the first time or again. Raises LeaseLost."""
    leases.lock(session, held)
    run = session.scalar(_one(held.name, period))
    if run is None:
        run = JobRun(job=held.name, period=period, attempts=0)
        session.add(run)
    run.started_at, run.finished_at, run.error = now, None, None
    run.holder, run.attempts = held.holder, run.attempts + 1
    session.flush()
    return run


def finish(session: Session, held: HeldLease, period: datetime, *, now: datetime) -> None:
    """Mark a period as done. Raises LeaseLost."""
    leases.lock(session, held)
    session.scalars(_one(held.name, period)).one().finished_at = now
    session.flush()


def fail(session: Session, held: HeldLease, period: datetime, *, error: str) -> None:
    """Note how a period failed. Raises LeaseLost."""
    leases.lock(session, held)
    session.scalars(_one(held.name, period)).one().error = error[:LONGEST_ERROR]
    session.flush()


def _one(job: str, period: datetime) -> Select[JobRun]:
    return select(JobRun).where(JobRun.job == job, JobRun.period == period)


def forget_runs(session: Session, job: str, *, before: datetime) -> int:
    """Delete up to 1,000 runs of periods before an instant that are done or overtaken; call again while it is 1,000.

    The newest run stays: it shows where the periods go on after an outage.
    """
    old = (JobRun.job == job, JobRun.period < before)
    newest = session.scalar(select(func.max(JobRun.period)).where(*old))
    done = session.scalar(select(func.max(JobRun.period)).where(JobRun.job == job, JobRun.finished_at.is_not(None)))
    if newest is None or done is None:
        return 0
    query = select(JobRun.id).where(*old, JobRun.period < newest, JobRun.period <= done)
    ids = session.scalars(query.order_by(JobRun.period).limit(BATCH)).all()
    session.execute(delete(JobRun).where(JobRun.id.in_(ids)))
    return len(ids)
