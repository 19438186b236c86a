"""Run what is due: under the job's lease, period by period, each marked as done at its very end."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import Engine

from server import clock, leases
from server.config import Settings
from server.days import SHANGHAI
from server.db import reading, transaction
from server.errors import DomainError, conflict
from server.jobs import queries, rules, service
from server.jobs.error_codes import JobErrorCode
from server.leases import HeldLease, LeaseLost
from server.logs import Scrubber
from server.scheduling import CatchUp, Job

log = structlog.get_logger()

MOST_AT_ONCE = 100
"""How many missed periods one look runs; the next look takes the rest."""


def work_off(engine: Engine, settings: Settings, job: Job) -> int:
    """Run a job's due periods in order and return how many were done; 0 if another process is running it."""
    if not due(engine, job):
        return 0
    held = leases.take(engine, job.name)
    if held is None:
        return 0
    done = 0
    with leases.kept(engine, held):
        for period in due(engine, job):  # asked again: someone may have finished just before
            if not run_period(engine, settings, job, held, period):
                break
            done += 1
    return done


def run_by_hand(engine: Engine, settings: Settings, job: Job, period: datetime | None) -> datetime | None:
    """Run one period now, finished before or not; by default the next one due, else the latest. Return it if done.

    Raises DomainError `not_a_period`, 409 `other_job_first`, `earlier_period_first` or `job_running`.
    """
    if job.after is not None and _open_periods(engine, job.after, clock.now()):
        raise conflict(JobErrorCode.other_job_first, f"“{job.after.title}”还没有全部完成，请先运行它：xianfeng jobs")
    chosen = _chosen(engine, job, period, clock.now())
    held = leases.take(engine, job.name)
    if held is None:
        raise conflict(JobErrorCode.job_running, "这个任务正在运行，请等它结束后再试")
    with leases.kept(engine, held):
        return chosen if run_period(engine, settings, job, held, chosen, by_hand=True) else None


def run_period(
    engine: Engine, settings: Settings, job: Job, held: HeldLease, period: datetime, *, by_hand: bool = False
) -> bool:
    """Run one period and return whether it is marked as done. A failure is recorded, not raised.

    Anyone who runs it by hand vouches for the clock.
    """
    now = clock.now()
    lines = log.bind(job=job.name, period=period.isoformat())
    try:
        transaction(engine, lambda session: service.begin(session, held, period, now=now))
        try:
            if job.deletes and not by_hand:
                _assert_clock_trusted(engine, job, now)
            job.function(engine, settings, now, period)
        except Exception as error:
            lines.exception("job_failed")
            text = _words_of(error, settings)
            transaction(engine, lambda session: service.fail(session, held, period, error=text))
            return False
        transaction(engine, lambda session: service.finish(session, held, period, now=clock.now()))
    except LeaseLost:
        lines.warning("job_taken_over")
        return False
    return True


def due(engine: Engine, job: Job) -> list[datetime]:
    """Return the periods of a job that are to be run now, in order; none while it has to wait for another job."""
    now = clock.now()
    if job.after is not None and _open_periods(engine, job.after, now):
        return []
    with reading(engine) as session:
        past = queries.past_of(session, job.name, job.catch_up, now=now)
    if past.ahead:
        log.warning("clock_behind_runs", job=job.name)
    return rules.due_periods(job.when.trigger, job.catch_up, past, now=now, most=MOST_AT_ONCE)


def _chosen(engine: Engine, job: Job, period: datetime | None, now: datetime) -> datetime:
    """Return the period to run by hand. Raises DomainError."""
    trigger = job.when.trigger
    open_ones = _open_periods(engine, job, now)
    if period is None:
        period = open_ones[0] if open_ones else rules.latest_period(trigger, now)
    if period is None or period > now or not rules.is_period(trigger, period):
        raise DomainError(
            JobErrorCode.not_a_period, f"没有这一期：{job.title}的时间是{job.when.title}，且不能早于到点运行"
        )
    if job.catch_up is CatchUp.every and open_ones and period > open_ones[0]:
        first = open_ones[0].astimezone(SHANGHAI)
        raise conflict(JobErrorCode.earlier_period_first, f"请按顺序补跑，先运行 {first:%Y-%m-%d %H:%M} 这一期")
    return period


def _open_periods(engine: Engine, job: Job, now: datetime) -> Sequence[datetime]:
    """Return the first periods that are due or wait for their next attempt, in order."""
    with reading(engine) as session:
        past = queries.past_of(session, job.name, job.catch_up, now=now)
    if past.unfinished:
        return [run.period for run in past.unfinished]
    return rules.due_periods(job.when.trigger, job.catch_up, past, now=now, most=1)


def _assert_clock_trusted(engine: Engine, job: Job, now: datetime) -> None:
    """Raise DomainError `clock_not_trusted` if what the job would delete may only look old by a wrong clock."""
    with reading(engine) as session:
        last = queries.last_done(session, job.name, now=now)
        first = last and queries.first_open(session, job.name, after=last, now=now)
    if last is not None and not rules.trusts_clock(last, first, now=now):
        local = now.astimezone(SHANGHAI)
        raise conflict(
            JobErrorCode.clock_not_trusted,
            f"服务器时间是 {local:%Y-%m-%d %H:%M}，距上次清理已 {(now - last).days} 天，时间可能有误，暂不清理。"
            f"核对时间无误后运行 xianfeng jobs run {job.name}；否则时间连续走满 7 天后自动恢复",
        )


def _words_of(error: Exception, settings: Settings) -> str:
    """Return what to keep of an error: no secret and no phone number may end up in the table."""
    text = error.message if isinstance(error, DomainError) else f"{type(error).__name__}: {error}"
    return str(Scrubber(settings)(None, "", {"error": text})["error"])
