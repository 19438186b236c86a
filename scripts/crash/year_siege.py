"""Kill whoever ends a branch's year at random moments, do it again, and see that all of it is there once.

What is one transaction leaves nothing behind unless it leaves everything. After each kill the proofs hold.
"""

import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkProcess
from multiprocessing.synchronize import Event
from random import Random

from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

import server.app  # noqa: F401 what each feature owns is registered there
from scripts.crash.siege import battlefield
from scripts.crash.year_errands import ERRANDS, Errand, Place
from server import config
from server.annual.prints.files import storage_of
from server.db import make_engine, reading
from server.leases import Lease
from server.models import Base
from server.verifications import verify
from tests import results
from tests.annual import assembly, closed, ready, settings
from tests.cast import Cast, make_cast
from tests.waiting import LONG
from tests.years import OLD

PROOFS = ("ledger", "scores", "statements", "results")
TRIES = 40
"""So often an errand is begun for one kill, which may come too late for it."""


@dataclass(frozen=True, slots=True)
class YearReport:
    """`kills` by errand; `broken` says what must not be."""

    kills: Mapping[str, int]
    broken: Sequence[str]

    @property
    def holds(self) -> bool:
        return not self.broken

    def lines(self) -> list[str]:
        """Return the report for people."""
        kills = ", ".join(f"{count} × {name}" for name, count in self.kills.items())
        return [f"killed   {sum(self.kills.values())}: {kills}", *(f"broken   {words}" for words in self.broken[:5])]


def besiege_year(kind: str, *, kills: int, seed: int, errands: Sequence[Errand] = ERRANDS) -> YearReport:
    """End a branch's year on a new "sqlite" or "mariadb", each errand killed so often, and report."""
    with battlefield(kind) as (url, directory, _):
        engine = make_engine(url)
        loaded = config.load({"XIANFENG_DATA": str(directory)})
        with Session(engine, expire_on_commit=False) as session:
            place = _furnish(session, engine, loaded)
        suffered, broken = Counter[str](), list[str]()
        for name, faults in _sufferings(place, errands, Random(seed), kills):
            suffered[name] += 1
            broken = [f"{name}: {words}" for words in (*faults, *_disproved(engine, loaded))]
            if broken:
                break
        engine.dispose()
    return YearReport(suffered, broken)


def _sufferings(
    place: Place, errands: Sequence[Errand], chance: Random, kills: int
) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield after each kill what was killed, and what was wrong. How long an errand takes is learnt by doing it."""
    for errand in errands:
        errand.prepare(place)
        began = time.monotonic()
        errand.work(place)
        seconds = time.monotonic() - began
        for _ in range(kills):
            yield errand.name, _one_kill(place, errand, chance, seconds)


def _furnish(session: Session, engine: Engine, loaded: config.Settings) -> Place:
    """Bring the cast's branch to where its year is closing, with nothing left; the one beside it is drafted."""
    cast: Cast = make_cast(session)
    session.commit()
    settings(session, cast.branch, points_publicized=True)
    results.open_old_year(session, cast)
    results.draft(session, cast, cast.other_branch)
    ready(session, cast)
    closed(session, engine)
    return Place(engine, storage_of(loaded), cast, assembly(session, cast).id)


def _one_kill(place: Place, errand: Errand, chance: Random, seconds: float) -> list[str]:
    """Kill the errand while it works, and have it done again. Raises TimeoutError where every kill comes too late."""
    for _ in range(TRIES):
        errand.prepare(place)
        before = _rows(place.engine)
        if _killed(place, errand, chance.uniform(0, seconds)):
            return _after_kill(place, errand, before)
    raise TimeoutError(f"{errand.name} was over before each of {TRIES} kills")


def _killed(place: Place, errand: Errand, after_seconds: float) -> bool:
    """Do the errand in a process of its own, killed so long after it began; return whether it was still at it."""
    place.engine.dispose()
    forked = multiprocessing.get_context("fork")
    begun = forked.Event()
    process: ForkProcess = forked.Process(target=_work_apart, args=(place, errand, begun))
    process.start()
    assert begun.wait(LONG)
    time.sleep(after_seconds)
    if process.pid is not None and process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join(LONG)
    assert process.exitcode in (0, -signal.SIGKILL), f"{errand.name} failed by itself"
    _await_silence(place.engine)
    return process.exitcode == -signal.SIGKILL


def _work_apart(place: Place, errand: Errand, begun: Event) -> None:
    begun.set()
    errand.work(place)
    os._exit(0)


def _await_silence(engine: Engine) -> None:
    """Wait until the database has noticed that the dead process is gone: what it had sent may still be done."""
    if engine.dialect.name == "sqlite":
        return
    others = text("SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()")
    deadline = time.monotonic() + LONG
    with engine.connect() as connection:
        while connection.scalar(others):
            if time.monotonic() > deadline:
                raise TimeoutError("the dead process's connection lives on")
            time.sleep(0.05)


def _after_kill(place: Place, errand: Errand, before: Mapping[str, int]) -> list[str]:
    with reading(place.engine) as session:
        done = errand.done(place, session)
    after = _rows(place.engine)
    if errand.whole and not done and after != before:
        changed = [name for name in after if after[name] != before[name]]
        return [f"half of it was there after a kill: {', '.join(changed)}"]
    if not done:
        errand.work(place)
    with reading(place.engine) as session:
        return [] if errand.done(place, session) else ["done again it was not done"]


def _rows(engine: Engine) -> dict[str, int]:
    """How many rows there are of everything but leases, which a dead process leaves until they run out."""
    tables = [table for table in Base.metadata.sorted_tables if table is not Lease.__table__]
    with reading(engine) as session:
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def _disproved(engine: Engine, loaded: config.Settings) -> list[str]:
    """What the proofs find that concern a year, and whether any had nothing to look at."""
    verified = list(verify(engine, loaded, *PROOFS, year=OLD))
    return [str(each) for each in verified if each.found] + [
        f"{each.verification.name} looked at nothing" for each in verified if not each.looked
    ]
