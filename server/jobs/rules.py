"""When jobs run and which of their periods are due. Pure.

A period is one firing of a job's schedule, named by its instant: the job of 03:30 on 18 June has the period 03:30 on
18 June, whenever it is in fact run. All schedules are Asia/Shanghai's, where the clocks do not change.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from server.days import SHANGHAI
from server.scheduling import CatchUp, Trigger

INSTANT = timedelta(microseconds=1)
LOOK_BACK = tuple(timedelta(days=days) for days in (1 / 24, 1, 8, 32, 367, 8 * 366 + 1))
"""How far back the latest period is looked for, step by step; 29 February may be eight years away."""

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
LONGEST_PAUSE = timedelta(days=30)
WATCHED_FOR = timedelta(days=7)


CATCH_UP_TITLES = {CatchUp.every: "逐期补跑", CatchUp.latest: "只补最近一期"}


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run that was started and is not done: it failed, or its process went away."""

    period: datetime
    started_at: datetime
    attempts: int
    failed: bool


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a job at some instant. `last` is the latest period with a run, `unfinished` oldest first.

    Only periods up to that instant are meant; `ahead` says that there are later ones, so the clock was set back. For a
    job that never ran, `begun` is when there was first something for it to do, if that is known.
    """

    last: datetime | None = None
    unfinished: Sequence[Unfinished] = ()
    ahead: bool = False
    begun: datetime | None = None


def next_period(trigger: Trigger, after: datetime) -> datetime | None:
    """Return the first period after an instant, in UTC, or None if no more follow."""
    fires = trigger.get_next_fire_time(None, (after + INSTANT).astimezone(SHANGHAI))
    return None if fires is None else fires.astimezone(UTC)


def is_period(trigger: Trigger, instant: datetime) -> bool:
    return next_period(trigger, instant - INSTANT) == instant


def periods_between(trigger: Trigger, after: datetime, until: datetime) -> Iterator[datetime]:
    """Yield the periods after `after` and not after `until`, in order."""
    period = next_period(trigger, after)
    while period is not None and period <= until:
        yield period
        period = next_period(trigger, period)


def latest_period(trigger: Trigger, now: datetime) -> datetime | None:
    """Return the last period not after `now`, or None if there was none in eight years."""
    for span in LOOK_BACK:
        latest = max(periods_between(trigger, now - span, now), default=None)
        if latest is not None:
            return latest
    return None


def due_periods(trigger: Trigger, catch_up: CatchUp, past: Past, *, now: datetime, most: int) -> list[datetime]:
    """Return up to `most` periods to run now, in order.

    A job that never ran begins with the latest period; if every period counts, with the first since `begun`.
    If the clock is behind every recorded run, nothing is due until it has caught up, or someone has run a period by
    hand: the period might have run before and been forgotten.
    """
    if past.last is None:
        return [] if past.ahead else _first_due(trigger, catch_up, past.begun, now, most)
    if catch_up is CatchUp.latest:
        return _latest_due(trigger, past, past.last, now)
    periods: list[datetime] = []
    for run in past.unfinished:
        if not may_try_again(run, now):
            return periods[:most]  # later periods have to wait for it
        periods.append(run.period)
    return [*periods, *islice(periods_between(trigger, past.last, now), most)][:most]


def _first_due(trigger: Trigger, catch_up: CatchUp, begun: datetime | None, now: datetime, most: int) -> list[datetime]:
    if catch_up is CatchUp.every and begun is not None:
        return list(islice(periods_between(trigger, begun, now), most))
    first = latest_period(trigger, now)
    return [] if first is None else [first]


def _latest_due(trigger: Trigger, past: Past, last: datetime, now: datetime) -> list[datetime]:
    latest = latest_period(trigger, now)
    if latest is not None and latest > last:
        return [latest]
    return [run.period for run in past.unfinished if run.period == last and may_try_again(run, now)]


def may_try_again(run: Unfinished, now: datetime) -> bool:
    """Whether an unfinished run may be started: one that died at once, one that failed after a growing wait."""
    return not run.failed or now >= run.started_at + wait_after(run.attempts)


def wait_after(attempts: int) -> timedelta:
    """Return how long after the start of the last attempt the next one may follow: 1, 2, 4 … 60 minutes."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 10)), LONGEST_WAIT)


def trusts_clock(last_done: datetime | None, first_open: datetime | None, *, now: datetime) -> bool:
    """Whether a job may delete what is old by this clock. One that has never done so may.

    A clock set far ahead looks like a long outage, and makes everything old. So after a pause of more than a month a
    job waits until it has found the clock going on for a week, since its first period that is not done.
    """
    if last_done is None or now - last_done <= LONGEST_PAUSE:
        return True
    return first_open is not None and now - first_open >= WATCHED_FOR
