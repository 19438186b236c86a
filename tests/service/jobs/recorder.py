"""A job that notes when it runs, and what the tables say of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from server.config import Settings
from server.db import database_now, reading
from server.jobs.models import JobRun
from server.leases import Lease
from server.scheduling import CatchUp, Job, Schedule, daily

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
THIS_MORNING = datetime(2026, 6, 18, 3, 30, tzinfo=SHANGHAI)


class Recorder:
    """A job that notes its periods. `then` is called in the midst of each."""

    def __init__(self, rule: CatchUp = CatchUp.every, when: Schedule | None = None) -> None:
        self.periods: list[datetime] = []
        self.then: Callable[[], object] = lambda: None
        self.job = Job("recorded", "记录", when or daily("03:30"), rule, self.run)

    def run(self, engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
        self.periods.append(period)
        self.then()


def stored(engine: Engine, name: str = "recorded") -> list[JobRun]:
    with reading(engine) as session:
        return list(session.scalars(select(JobRun).where(JobRun.job == name).order_by(JobRun.period)))


def ran(engine: Engine, period: datetime, *, finished: bool = True, name: str = "recorded") -> None:
    """Put a run into the table as if it had happened."""
    with Session(engine) as session:
        finished_at = period if finished else None
        session.add(
            JobRun(job=name, period=period, started_at=period, finished_at=finished_at, holder="then", attempts=1)
        )
        session.commit()


def let_run_out(engine: Engine) -> None:
    """Let every lease run out now, as a minute without its holder would."""
    with Session(engine) as session:
        session.execute(update(Lease).values(expires_at=database_now(session)))
        session.commit()


def fails() -> None:
    raise RuntimeError("no answer from 13800138000")
