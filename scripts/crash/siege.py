"""Kill at random moments while people check in, and compare what they were told with what the database holds."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from random import Random

from sqlalchemy import Engine, func, select

from scripts.bench.databases import disk_directory, migrated
from scripts.bench.hall import Hall, furnish
from scripts.bench.serving import XIANFENG_RUN
from scripts.crash.faults import Machine, machine
from scripts.crash.report import Fault, Key, Report
from scripts.crash.rush import Log, Rush
from server import clock
from server.db import make_engine
from server.meetings.models import Attendance, HeldCheckIn
from server.meetings.rules import MOST_ACCOUNTS
from tests.mariadb import PrivateMariaDB
from tests.waiting import LONG

MOST_BETWEEN = 60
"""Acknowledgements between two kills: at least one, at most these."""

MOST_SECONDS_ON = 0.05
"""How much longer it may live after that: about as long as a batch takes."""

ROOMS = 20


def besiege(kind: str, *, kills: int, seed: int, seats: int, program: Sequence[str] = XIANFENG_RUN) -> Report:
    """Let a hall check in on a new "sqlite" or "mariadb", kill that often, and report."""
    with battlefield(kind) as (url, directory, database):
        engine = make_engine(url)
        hall = furnish(engine, seats=seats, rooms=ROOMS, now=clock.now())
        chance = Random(seed)
        with (directory / "acknowledged.log").open("a") as file:
            log = Log(file)
            with machine(url, directory, chance, database=database, program=program) as running:
                suffered = _kill(running, hall, log, chance, kills)
        broken = [*log.broken, *crowded(engine)]
        report = Report(suffered, log.acknowledged, recorded(engine), log.statuses, log.unanswered, broken)
        engine.dispose()
    return report


@contextmanager
def battlefield(kind: str) -> Iterator[tuple[str, Path, PrivateMariaDB | None]]:
    """Yield (URL, a directory on disk, the server behind it) of an empty, migrated database."""
    with disk_directory() as directory:
        if kind == "sqlite":
            yield migrated(f"sqlite:///{directory}/xianfeng.db"), directory, None
        else:
            with PrivateMariaDB(directory / "mariadb") as database:
                yield migrated(database.create_schema("crash")), directory, database


def _kill(running: Machine, hall: Hall, log: Log, chance: Random, kills: int) -> Counter[Fault]:
    """Kill at random moments while the hall checks in, and see check-ins go on after each; return what was killed."""
    order = [running.faults[number % len(running.faults)] for number in range(kills)]
    chance.shuffle(order)
    with Rush(hall, log, running.server.port, Random(chance.random())) as rush:
        for fault in order:
            _await(log, running, rush, chance.randint(1, MOST_BETWEEN))
            time.sleep(chance.uniform(0, MOST_SECONDS_ON))
            running.suffer(fault)
            rush.port = running.server.port
        _await(log, running, rush, MOST_BETWEEN)
    return Counter(order)


def recorded(engine: Engine) -> list[tuple[Key, datetime]]:
    """Return every attendance, and everything held for the host, with the moment of its scan."""
    queries = [select(each.meeting_id, each.member_id, each.scanned_at) for each in (Attendance, HeldCheckIn)]
    with engine.connect() as connection:
        rows = [row for query in queries for row in connection.execute(query)]
    return [((row.meeting_id, row.member_id), row.scanned_at) for row in rows]


def crowded(engine: Engine) -> list[str]:
    """Return a sentence about every ticket that checked in more than two."""
    people = func.count()
    query = select(Attendance.ticket_id, people).group_by(Attendance.meeting_id, Attendance.ticket_id)
    with engine.connect() as connection:
        found = connection.execute(query.having(people > MOST_ACCOUNTS)).all()
    return [f"ticket {ticket_id} checked in {count}" for ticket_id, count in found]


def _await(log: Log, running: Machine, rush: Rush, more: int) -> None:
    """Wait until check-ins go on, starting the server if it gave up. Raises TimeoutError."""
    deadline = time.monotonic() + LONG
    while not log.grows_by(more, seconds=0.5):
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {more} check-ins within {LONG} s: {dict(log.statuses)}")
        running.revive()
        rush.port = running.server.port
