"""What simulations stand on: a database, a clock that schedulers in other processes go by, and phones that agree."""

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

from scripts.quarter.processes import Schedulers
from scripts.quarter.simulated import SimulatedClock
from server.days import SHANGHAI
from server.db import reading
from server.pushes.catalogue import TEMPLATES
from server.pushes.models import Fanout, Push
from server.pushes.rules import PushStatus

PATIENCE_SECONDS = 900
POLL_SECONDS = 0.02
FATALITY = 0.1
"""How likely a kill that is owed comes at one look, while something is being sent."""

ONE_MINUTE = timedelta(minutes=1)


@dataclass(slots=True)
class Stage:
    """No step ends before the schedulers have nothing to do."""

    engine: Engine
    clock: SimulatedClock
    schedulers: Schedulers
    chance: Random

    def settle(self, now: datetime, owed: int = 0) -> int:
        """Let minutes pass until nothing is due; return how many of the kills that were owed came while it sent."""
        killed = self._await_idleness(owed, now)
        while self.schedulers.running and self._is_due(now):
            now += ONE_MINUTE
            self.clock.set(now)
            killed += self._await_idleness(owed - killed, now)
        return killed

    def finish(self, now: datetime) -> None:
        """Let days pass until what waits for another day was tried and what hangs in mid-air is given up."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._is_open(now):
            if time.monotonic() > deadline:
                raise TimeoutError("some pushes never ended")
            self.clock.set(now)
            self.settle(now)
            now += timedelta(days=1)
            time.sleep(1)

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


def days_between(first: date, until: date) -> Iterator[date]:
    return (first + timedelta(days=number) for number in range((until - first).days))


def instant(day: date, step: tuple[int, int]) -> datetime:
    return datetime.combine(day, time_of_day(*step), SHANGHAI)


def environment_of(url: str, directory: Path, address: str) -> Mapping[str, str]:
    """Return the environment of the schedulers."""
    return {
        "XIANFENG_DATABASE_URL": url,
        "XIANFENG_DATA": str(directory),
        "XIANFENG_SANDBOX_URL": address,
        "XIANFENG_PUSH_CONCURRENCY": "32",
    }


def agree(address: str, members: int) -> None:
    """Let the phones agree to every template, more often than anything will be sent."""
    settings = {"unbounded": True, "forced_per_day": 10**9}
    requests.put(f"{address}/settings", json=settings, timeout=10).raise_for_status()
    openids = [f"q{number}" for number in range(1, members + 1)]
    agreed: dict[str, Any] = {"openids": openids, "templates": [f"sandbox-{key}" for key in TEMPLATES], "times": 1000}
    requests.post(f"{address}/phones/agree", json=agreed, timeout=60).raise_for_status()


def arrivals(address: str) -> Iterator[Mapping[str, Any]]:
    """Yield every message that arrived on a phone."""
    after = 0
    while page := requests.get(f"{address}/messages", params={"after": after, "limit": 10_000}, timeout=60).text:
        for line in page.splitlines():
            message = json.loads(line)
            after = message["seq"]
            yield message
