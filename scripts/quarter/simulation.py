"""Live through a quarter: the clock goes on step by step, and no step ends before the schedulers have nothing to do."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from random import Random
from typing import Any

import requests
from sqlalchemy import Engine, select

from scripts.quarter.days import Days
from scripts.quarter.processes import Schedulers
from scripts.quarter.report import Report, ended
from scripts.quarter.simulated import SimulatedClock
from scripts.quarter.world import Phones, World, found
from scripts.sandbox import sandbox
from server import app  # noqa: F401  (its subscriptions tell the features above)
from server.clock import SHANGHAI
from server.db import make_engine, reading
from server.pushes.catalogue import TEMPLATES
from server.pushes.models import Fanout, Push
from server.pushes.rules import PushStatus

BEGIN, END = date(2026, 7, 1), date(2026, 10, 9)
"""A quarter, and as long afterwards as its bulletin takes."""

NIGHT, DAWN, MORNING, PUSHES, NOON, AFTERNOON, EVENING = (2, 5), (8, 35), (8, 40), (9, 5), (12, 30), (17, 0), (18, 5)
MONDAY = 0
STEPS = (NIGHT, DAWN, MORNING, PUSHES, (10, 5), NOON, AFTERNOON, EVENING)

OF_CALLS = ("time_out", "dropped", "busy", "token_refused", "refused", "bad_fields", "nonsense")
"""Faults of single calls: each strikes so many percent of them."""

OF_ACCOUNTS = ("quota", "too_fast")
"""Faults that stop a whole account, for the day or the minute: each strikes once in so many percent of the steps."""

PERCENT = 5
PATIENCE_SECONDS = 900
POLL_SECONDS = 0.02
FATALITY = 0.1
"""How likely a kill that is owed comes at one look, while something is being sent."""

ONE_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a university, how long and how often something is killed. `until` is not lived through any more."""

    members: int
    kills: int
    until: date = END


def simulate(url: str, directory: Path, scale: Scale, *, seed: int) -> Report:
    """Simulate on an empty, migrated database and return what came of it."""
    begun, chance = time.monotonic(), Random(seed)
    clock_file = directory / "clock"
    simulated = SimulatedClock(clock_file)
    simulated.set(_at(BEGIN - timedelta(days=1), (12, 0)))
    engine = make_engine(url)
    phones = Phones("sandbox-official", "sandbox-work", tuple(TEMPLATES))
    world = found(engine, members=scale.members, phones=phones, chance=chance, now=simulated.now())
    with sandbox("--unbounded") as address:
        _prepare(address, world, seed)
        environment = {
            "XIANFENG_DATABASE_URL": url,
            "XIANFENG_DATA": str(directory),
            "XIANFENG_SANDBOX_URL": address,
            "XIANFENG_PUSH_CONCURRENCY": "32",
        }
        with Schedulers(directory, clock_file, environment) as schedulers:
            quarter = _Quarter(engine, Days(engine, world, chance, scale.until), simulated, schedulers, address, chance)
            quarter.live(scale)
            quarter.days.months()
        pushes, strangers = ended(engine, _arrivals(address))
    engine.dispose()
    return Report(pushes, quarter.days.expected, strangers, schedulers.kills, time.monotonic() - begun)


@dataclass(slots=True)
class _Quarter:
    engine: Engine
    days: Days
    clock: SimulatedClock
    schedulers: Schedulers
    sandbox: str
    chance: Random

    def live(self, scale: Scale) -> None:
        """Live through the days, killing a scheduler now and then while it sends."""
        steps = [(day, step) for day in _days(BEGIN, scale.until) for step in STEPS]
        fatal = set(self.chance.sample(range(len(steps)), min(scale.kills, len(steps))))
        owed = 0
        for number, (day, step) in enumerate(steps):
            now = _at(day, step)
            if step == NIGHT and day.weekday() == MONDAY:
                print(f"  {day}, {self.schedulers.kills} killed", flush=True)
            self.clock.set(now)
            self._act(day, step, now)
            owed += number in fatal
            owed -= self._settle(owed, now)
        self._finish(_at(scale.until, NOON))

    def _act(self, day: date, step: tuple[int, int], now: datetime) -> None:
        for fault in OF_ACCOUNTS:
            if self.chance.random() * 100 < PERCENT:
                _rule(self.sandbox, {"fault": fault, "times": 1})
        if step == MORNING:
            self.days.morning(day, now)
        elif step == NOON:
            self.days.noon(day, now)
        elif step == AFTERNOON:
            self.days.afternoon(day, now)

    def _finish(self, now: datetime) -> None:
        """Let days pass until what waits for another day was tried and what hangs in mid-air is given up.

        Without faults: each day has pushes of its own, and some of them would fail again.
        """
        requests.delete(f"{self.sandbox}/faults", timeout=10).raise_for_status()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._is_open(now):
            if time.monotonic() > deadline:
                raise TimeoutError("some pushes never ended")
            self.clock.set(now)
            self._settle(0, now)
            now += timedelta(days=1)
            time.sleep(1)

    def _settle(self, owed: int, now: datetime) -> int:
        """Let minutes pass until nothing is due; return how many were killed, of those that were owed, as it sent."""
        killed = self._await_idleness(owed, now)
        while self._is_due(now):
            now += ONE_MINUTE
            self.clock.set(now)
            killed += self._await_idleness(owed - killed, now)
        return killed

    def _await_idleness(self, owed: int, now: datetime) -> int:
        deadline, killed = time.monotonic() + PATIENCE_SECONDS, 0
        while not self.schedulers.are_idle(self.clock.step):
            if killed < owed and self._is_sending() and self.chance.random() < FATALITY:
                self.schedulers.kill_one(self.chance)
                killed += 1
            if time.monotonic() > deadline:
                raise TimeoutError(f"the step of {now} did not end")
            time.sleep(POLL_SECONDS)
        return killed

    def _is_due(self, now: datetime) -> bool:
        due = select(Push.id).where(Push.status == PushStatus.waiting, Push.next_at <= now).limit(1)
        return self._any(due)

    def _is_open(self, now: datetime) -> bool:
        """Whether a push has not ended, or a cause that is due has not become pushes.

        A month confirmed by one scheduler after the other looked for causes waits for the next minute.
        """
        pushes = select(Push.id).where(Push.status.in_((PushStatus.waiting, PushStatus.sending))).limit(1)
        causes = select(Fanout.id).where(Fanout.done_at.is_(None), Fanout.due_at <= now).limit(1)
        return self._any(pushes) or self._any(causes)

    def _is_sending(self) -> bool:
        return self._any(select(Push.id).where(Push.status == PushStatus.sending).limit(1))

    def _any(self, query: Any) -> bool:
        with reading(self.engine) as session:
            return session.scalar(query) is not None


def _days(first: date, until: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((until - first).days))


def _at(day: date, step: tuple[int, int]) -> datetime:
    return datetime.combine(day, time_of_day(*step), SHANGHAI)


def _prepare(address: str, world: World, seed: int) -> None:
    """Let the phones agree as the quotas say, and the calls fail."""
    settings = {"unbounded": True, "forced_per_day": 10**9}
    requests.put(f"{address}/settings", json=settings, timeout=10).raise_for_status()
    openids = [f"q{number}" for number in range(1, world.members + 1)]
    agreed: dict[str, Any] = {"openids": openids, "templates": [f"sandbox-{key}" for key in TEMPLATES], "times": 1000}
    requests.post(f"{address}/phones/agree", json=agreed, timeout=60).raise_for_status()
    for number, fault in enumerate(OF_CALLS):
        _rule(address, {"fault": fault, "share": PERCENT, "seed": seed + number})


def _rule(address: str, rule: dict[str, Any]) -> None:
    requests.post(f"{address}/rules", json=rule, timeout=10).raise_for_status()


def _arrivals(address: str) -> Iterator[Mapping[str, Any]]:
    """Yield every message that arrived on a phone."""
    after = 0
    while page := requests.get(f"{address}/messages", params={"after": after, "limit": 10_000}, timeout=60).text:
        for line in page.splitlines():
            message = json.loads(line)
            after = message["seq"]
            yield message
