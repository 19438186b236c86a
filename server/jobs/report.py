"""What `xianfeng jobs` shows."""

from datetime import datetime

from rich.markup import escape
from rich.table import Column, Table
from sqlalchemy import Engine, select

from server.days import SHANGHAI
from server.db import reading
from server.jobs import queries, rules
from server.jobs.models import JobRun
from server.jobs.queries import JobRecord
from server.jobs.table import JOBS
from server.organizations.models import Organization
from server.scheduling import Job
from server.statements import queries as statements


def overview(engine: Engine, *, now: datetime) -> tuple[Table, Table | None]:
    """Return the table of all jobs, and the one of their failures if there are any."""
    jobs = _table("任务", "内容", "时间", "错过时", "最近一期", "状态", "下一期")
    failures = _table("任务", "期", "次数", "再试不早于", "原因", title="未完成")
    with reading(engine) as session:
        for job in JOBS:
            record = queries.record_of(session, job.name, job.catch_up)
            jobs.add_row(*_job_row(job, record, now))
            for run in record.failed:
                failures.add_row(*_failure_row(run))
    return jobs, failures if failures.row_count else None


def coming(engine: Engine, *, now: datetime) -> list[str]:
    """Return, for each university without one, when its first month is summed up."""
    with reading(engine) as session:
        roots = session.execute(select(Organization.id, Organization.title).where(Organization.parent_id.is_(None)))
        words = [
            (title, statements.coming(session, organization_id=root_id, now=now)) for root_id, title in roots.all()
        ]
    return [f"{title}：{each}" for title, each in words if each]


def _table(name: str, *columns: str, title: str | None = None) -> Table:
    """Return an empty table that breaks words in a narrow window, but never cuts off the name."""
    table = Table(Column(name, no_wrap=True), *(Column(words, overflow="fold") for words in columns))
    table.title, table.title_justify = title, "left"
    return table


def _job_row(job: Job, record: JobRecord, now: datetime) -> tuple[str, ...]:
    last, following = record.latest, rules.next_period(job.when.trigger, now)
    return (
        *(job.name, job.title, job.times, rules.CATCH_UP_TITLES[job.catch_up]),
        _minute(last.period if last else None),
        _state(record),
        _minute(following),
    )


def _state(record: JobRecord) -> str:
    run = record.latest
    if run is None:
        return "未运行"
    if run.finished_at is not None:
        return f"完成 {_minute(run.finished_at)}"
    if run.error is not None:
        return f"失败 {run.attempts} 次"
    return f"运行中（{run.holder}）" if record.running else "中断，待续"


def _failure_row(run: JobRun) -> tuple[str, ...]:
    again = run.started_at + rules.wait_after(run.attempts)
    return run.job, _minute(run.period), str(run.attempts), _minute(again), escape(run.error or "")


def _minute(instant: datetime | None) -> str:
    return "—" if instant is None else f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
