"""When something runs by the clock, and what it is: the jobs that features bring (`jobs.py`); `server/jobs` runs them.

All schedules are Asia/Shanghai's, where the clocks do not change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.config import Settings
from server.days import SHANGHAI
from server.db import transaction

WEEK = timedelta(days=7)


class Trigger(Protocol):
    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job runs: in Chinese, and for the scheduler."""

    title: str
    trigger: Trigger


def every_minutes(minutes: int) -> Schedule:
    """Return a schedule that divides each hour evenly."""
    if 60 % minutes:
        raise ValueError(f"{minutes} minutes do not divide an hour")
    return Schedule(f"每 {minutes} 分钟", CronTrigger(minute=f"*/{minutes}", timezone=SHANGHAI))


def daily(at: str) -> Schedule:
    """Return a schedule of every day at `HH:MM`."""
    clock = time.fromisoformat(at)
    return Schedule(f"每天 {at}", CronTrigger(hour=clock.hour, minute=clock.minute, timezone=SHANGHAI))


def monthly(day: int | str, at: str) -> Schedule:
    """Return a schedule of one day each month, `last` for its last; a month without that day is left out."""
    clock, title = time.fromisoformat(at), f"每月{'最后一天' if day == 'last' else f' {day} 日'} {at}"
    return Schedule(title, CronTrigger(day=day, hour=clock.hour, minute=clock.minute, timezone=SHANGHAI))


def quarterly(day: int, at: str) -> Schedule:
    """Return a schedule of one day in each January, April, July and October."""
    clock, title = time.fromisoformat(at), f"每季首月 {day} 日 {at}"
    trigger = CronTrigger(month="1,4,7,10", day=day, hour=clock.hour, minute=clock.minute, timezone=SHANGHAI)
    return Schedule(title, trigger)


class CatchUp(StrEnum):
    """Which missed periods are made up for: `every` one in order, or only the `latest`."""

    every = "every"
    latest = "latest"


Function = Callable[[Engine, Settings, datetime, datetime], None]
"""Called with the engine, the settings, the time now and the period; must be safe to run again."""


@dataclass(frozen=True, slots=True)
class Job:
    """`when` is Asia/Shanghai. `keeps`: how long the records of its runs are kept, None for ever.
    `deletes`: it deletes what is old, which it does not do by a clock that may be wrong (`rules.trusts_clock`).

    A job that comes `after` another waits while that one has a period to work off, or to try again.
    """

    name: str
    title: str
    when: Schedule
    catch_up: CatchUp
    function: Function
    keeps: timedelta | None = None
    deletes: bool = False
    after: "Job | None" = None

    @property
    def times(self) -> str:
        """When it runs, in words."""
        return self.when.title + (f"，在“{self.after.title}”之后" if self.after else "")


LastDone = Callable[[Session, str, datetime], datetime | None]
_last_done: list[LastDone] = []


def know_runs(last_done: LastDone) -> None:
    """Register what knows when a job was last done: `server/jobs`, which is above the features."""
    _last_done[:] = [last_done]


def last_done(session: Session, job: str, *, now: datetime) -> datetime | None:
    """Return when a job was last done to its end, as far as this clock has come; None if nobody keeps account."""
    return _last_done[0](session, job, now) if _last_done else None


def to_the_end(engine: Engine, step: Callable[[Session], int], batch: int) -> None:
    """Repeat a step, each in a transaction of its own, until it finds less than a batch."""
    while transaction(engine, step) >= batch:
        continue
