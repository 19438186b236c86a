"""月汇总 of the months that are over: frozen as the job does, confirmed by secretaries; the newest waits with some."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from scripts.demo.university import University, at
from server.days import shanghai_date
from server.identity.models import Grant
from server.identity.rules import Role
from server.jobs.models import JobRun
from server.jobs.rules import periods_between
from server.jobs.table import JOBS
from server.scheduling import CatchUp
from server.statements import confirming
from server.statements.freezing.service import freeze
from server.statements.models import Statement
from server.statements.rules import StatementTerm, month_before

FREEZE_DAY, FREEZE_HOUR, CONFIRM_HOUR = 3, 2, 10
EVERY_WAITING = 3
"""In the newest month, one in so many branches still waits."""


def sum_up(university: University) -> None:
    """Freeze and confirm every month that was due by now."""
    cutoffs = [cutoff for cutoff in _cutoffs(university.begin, university.today) if cutoff <= university.now]
    for cutoff in cutoffs:
        freeze_and_confirm(university, cutoff, newest=cutoff == cutoffs[-1])
    confirming.confirm_overdue(university.engine, now=university.now)
    _leave_the_latest(university)


def freeze_and_confirm(university: University, cutoff: datetime, *, newest: bool) -> None:
    """Freeze the month before a cutoff and have the secretaries confirm it, some of them later if it is the newest."""
    term = month_before(cutoff)
    freeze(university.engine, term, now=cutoff)
    _confirm(university, term, newest=newest)


def cutoff_after(month: date) -> datetime:
    """Return when a month, given by its first day, is frozen."""
    return at((month + timedelta(days=31)).replace(day=FREEZE_DAY), FREEZE_HOUR)


def _leave_the_latest(university: University) -> None:
    """Note as run the earlier periods of jobs that make up every one: the scheduler begins with the latest."""
    since = at(university.tried_from, 0)
    with university.transaction() as session:
        for job in (job for job in JOBS if job.catch_up is CatchUp.every):
            for period in list(periods_between(job.when.trigger, since, university.now))[-2:-1]:
                session.add(
                    JobRun(
                        job=job.name, period=period, started_at=period, finished_at=period, holder="demo", attempts=1
                    )
                )


def _cutoffs(begin: date, today: date) -> list[datetime]:
    """The job's periods after the first month of the demo."""
    months = [date(today.year, month, FREEZE_DAY) for month in range(1, 13)]
    return [at(day, FREEZE_HOUR) for day in months if begin.replace(day=1) < day.replace(day=1) and day <= today]


def _confirm(university: University, term: StatementTerm, *, newest: bool) -> None:
    """Have each branch's secretary confirm on the morning of the same day."""
    now = at(shanghai_date(term.cutoff_at), CONFIRM_HOUR)
    if now > university.now:
        return
    waiting = select(Statement.id, Grant.account_id).where(Statement.period == term.period)
    holds = (Grant.organization_id == Statement.organization_id) & (Grant.role == Role.secretary)
    with university.transaction() as session:
        rows = dict(session.execute(waiting.join(Grant, holds).order_by(Statement.id)).all())
        for number, (statement_id, account_id) in enumerate(rows.items()):
            if not (newest and number % EVERY_WAITING == 0):
                confirming.confirm(session, statement_id=statement_id, account_id=account_id, now=now)
