"""Live through the turn of the year: with a scheduler, with one that stood still for two weeks, with two at once."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from random import Random

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from scripts.january import books, invariants
from scripts.january.books import Books
from scripts.january.days import FOUNDED, YEAR, Days, kind_of
from scripts.january.invariants import Evening
from scripts.quarter.processes import Schedulers
from scripts.quarter.report import Report, ended
from scripts.quarter.simulated import SimulatedClock
from scripts.quarter.stage import Stage, agree, arrivals, days_between, environment_of, instant
from scripts.quarter.world import Phones, World, found
from scripts.sandbox import sandbox
from server import clock, config
from server.app import create_app
from server.db import make_engine, transaction
from server.identity import service as identity
from server.identity.models import WechatIdentity
from server.pushes.catalogue import TEMPLATES

NIGHT, DAWN, MORNING, AFTERNOON, EVENING = (2, 5), (8, 35), (9, 5), (17, 0), (18, 5)
STEPS = (NIGHT, DAWN, MORNING, AFTERNOON, EVENING)
MONDAY = 0


class Schedule(StrEnum):
    """What happens to the schedulers."""

    running = "running"
    stopped = "stopped"  # for `Scale.outage`, then it catches up
    two = "two"  # at once


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a university, its 总支 of `general_size` branches of thirty each, and which days. `until` is out."""

    members: int = 600
    general_size: int = 18
    begin: date = date(YEAR - 1, 12, 20)
    until: date = date(YEAR, 2, 16)
    outage: tuple[date, date] = (date(YEAR - 1, 12, 25), date(YEAR, 1, 8))


@dataclass(slots=True)
class Fault:
    """An invariant that did not hold: from when to when, on how many evenings, and what was seen first."""

    first: date
    last: date
    evenings: int
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One schedule's faults by invariant, what the people were refused, how its pushes ended, and its books."""

    schedule: Schedule
    faults: Mapping[str, Fault]
    refused: Sequence[str]
    pushes: Report
    books: Books

    def sentences(self) -> Iterator[str]:
        """Yield what must not happen; nothing if the product held."""
        for name, fault in self.faults.items():
            yield f"{name}: {fault.evenings} evenings, {fault.first} to {fault.last}: {'; '.join(fault.words[:3])}"
        for refused in sorted(set(self.refused)):
            yield f"acts: {refused} ({self.refused.count(refused)} times)"
        yield from (f"pushes: {fault}" for fault in self.pushes.faults[:10])


def rehearse(url: str, directory: Path, scale: Scale, schedule: Schedule, *, seed: int) -> Rehearsed:
    """Rehearse on an empty, migrated database and return what came of it."""
    begun, faults = time.monotonic(), dict[str, Fault]()
    simulated = SimulatedClock(directory / "clock")
    simulated.set(instant(FOUNDED, (12, 0)))
    engine = make_engine(url)
    with sandbox("--unbounded") as address, ruling(simulated):
        environment = environment_of(url, directory, address)
        settings, chance = config.load(environment), Random(seed)
        phones = Phones("sandbox-official", "sandbox-work", tuple(TEMPLATES))
        world = found(
            engine,
            members=scale.members,
            phones=phones,
            chance=chance,
            now=simulated.now(),
            general_size=scale.general_size,
            kind_of=kind_of,
        )
        agree(address, world.members)
        schedulers = Schedulers(directory, directory / "clock", environment, count=1 + (schedule is Schedule.two))
        days = Days(engine, settings, world, seed)
        readers = _readers(engine, settings, world, simulated.now())
        with schedulers:
            stage = Stage(engine, simulated, schedulers, chance)
            for day in days_between(scale.begin, scale.until):
                if schedule is Schedule.stopped and day == scale.outage[0]:
                    schedulers.stop()
                if schedule is Schedule.stopped and day == scale.outage[1]:
                    schedulers.start()
                _live(stage, days, day)
                _note(
                    faults,
                    day,
                    invariants.look(Evening(engine, settings, world.root_id, day, schedulers.running, readers)),
                )
                if day.weekday() == MONDAY:
                    print(f"    {day}, {len(faults)} invariants broken", flush=True)
            _step(stage, instant(scale.until, DAWN))
        pushes, strangers = ended(engine, arrivals(address))
    report = Report(pushes, {}, strangers, 0, time.monotonic() - begun)
    rehearsed = Rehearsed(schedule, faults, days.refused, report, books.books_of(engine, pushes))
    engine.dispose()
    return rehearsed


def _note(faults: dict[str, Fault], day: date, found: Mapping[str, Sequence[str]]) -> None:
    for name, words in found.items():
        known = faults.setdefault(name, Fault(day, day, 0, words))
        known.last, known.evenings = day, known.evenings + 1


def _live(stage: Stage, days: Days, day: date) -> None:
    """Live through a day; people act when the schedulers have done what was due."""
    for step in STEPS:
        now = instant(day, step)
        _step(stage, now)
        if step in (MORNING, AFTERNOON):
            act = days.morning if step == MORNING else days.afternoon
            act(day, now)
            _step(stage, now + timedelta(minutes=1))


def _step(stage: Stage, now: datetime) -> None:
    stage.clock.set(now)
    stage.settle(now)


@contextmanager
def ruling(simulated: SimulatedClock) -> Iterator[None]:
    """Let this process go by the simulated clock, and then by its own again."""
    own = clock.now
    simulated.rule()
    try:
        yield
    finally:
        clock.now = own


def _readers(
    engine: Engine, settings: config.Settings, world: World, now: datetime
) -> Mapping[int, Callable[[], FlaskClient]]:
    """Return for each branch whose secretary has a phone how to read in their name."""
    app = create_app(settings, engine)
    ids = [branch.secretary_id for branch in world.branches]

    def tokens(session: Session) -> dict[int, str]:
        bound = set(session.scalars(select(WechatIdentity.id).where(WechatIdentity.id.in_(ids))))
        return {
            branch.id: identity.issue_token(session, identity_id=branch.secretary_id, now=now, days=365)
            for branch in world.branches
            if branch.secretary_id in bound
        }

    return {branch_id: partial(_reader, app, token) for branch_id, token in transaction(engine, tokens).items()}


def _reader(app: Flask, token: str) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def compared(rehearsals: Sequence[Rehearsed]) -> Iterator[str]:
    """Yield the figures in which the others differ from the first."""
    first, *others = rehearsals
    for other in others:
        yield from (f"{other.schedule} and {first.schedule}, {words}" for words in other.books.unlike(first.books))
