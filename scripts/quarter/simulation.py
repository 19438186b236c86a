"""Live through a quarter: the clock goes on step by step, with faults, and schedulers that are killed now and then."""

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import requests

from scripts.quarter.days import Days
from scripts.quarter.processes import Schedulers
from scripts.quarter.report import Report, ended
from scripts.quarter.simulated import SimulatedClock
from scripts.quarter.stage import Stage, agree, arrivals, days_between, environment_of, instant
from scripts.quarter.world import Phones, found
from scripts.sandbox import sandbox
from server import app  # noqa: F401  (its subscriptions tell the features above)
from server.db import make_engine
from server.pushes.catalogue import TEMPLATES

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


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a university, how long and how often something is killed. `until` itself is not simulated."""

    members: int
    kills: int
    until: date = END


def simulate(url: str, directory: Path, scale: Scale, *, seed: int) -> Report:
    """Simulate on an empty, migrated database and return what came of it."""
    begun, chance = time.monotonic(), Random(seed)
    clock_file = directory / "clock"
    simulated = SimulatedClock(clock_file)
    simulated.set(instant(BEGIN - timedelta(days=1), (12, 0)))
    engine = make_engine(url)
    phones = Phones("sandbox-official", "sandbox-work", tuple(TEMPLATES))
    world = found(engine, members=scale.members, phones=phones, chance=chance, now=simulated.now())
    with sandbox("--unbounded") as address:
        agree(address, world.members)
        for number, fault in enumerate(OF_CALLS):
            _rule(address, {"fault": fault, "share": PERCENT, "seed": seed + number})
        with Schedulers(directory, clock_file, environment_of(url, directory, address)) as schedulers:
            stage = Stage(engine, simulated, schedulers, chance)
            quarter = _Quarter(stage, Days(engine, world, chance, scale.until), address)
            quarter.live(scale)
            quarter.days.months()
        pushes, strangers = ended(engine, arrivals(address))
    engine.dispose()
    return Report(pushes, quarter.days.expected, strangers, schedulers.kills, time.monotonic() - begun)


@dataclass(slots=True)
class _Quarter:
    stage: Stage
    days: Days
    sandbox: str

    def live(self, scale: Scale) -> None:
        """Live through the days, killing a scheduler now and then while it sends."""
        steps = [(day, step) for day in days_between(BEGIN, scale.until) for step in STEPS]
        fatal = set(self.stage.chance.sample(range(len(steps)), min(scale.kills, len(steps))))
        owed = 0
        for number, (day, step) in enumerate(steps):
            now = instant(day, step)
            if step == NIGHT and day.weekday() == MONDAY:
                print(f"  {day}, {self.stage.schedulers.kills} killed", flush=True)
            self.stage.clock.set(now)
            self._act(day, step, now)
            owed += number in fatal
            owed -= self.stage.settle(now, owed)
        # Without faults: each day has pushes of its own, and some of them would fail again.
        requests.delete(f"{self.sandbox}/faults", timeout=10).raise_for_status()
        self.stage.finish(instant(scale.until, NOON))

    def _act(self, day: date, step: tuple[int, int], now: datetime) -> None:
        for fault in OF_ACCOUNTS:
            if self.stage.chance.random() * 100 < PERCENT:
                _rule(self.sandbox, {"fault": fault, "times": 1})
        if step == MORNING:
            self.days.morning(day, now)
        elif step == NOON:
            self.days.noon(day, now)
        elif step == AFTERNOON:
            self.days.afternoon(day, now)


def _rule(address: str, rule: dict[str, Any]) -> None:
    requests.post(f"{address}/rules", json=rule, timeout=10).raise_for_status()
