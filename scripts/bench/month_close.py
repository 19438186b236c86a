"""What freezing a month costs beside the bare GROUP BY over the same ledger, and whether it stays linear."""

import resource
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median
from typing import Any

from sqlalchemy import Dialect, Engine, event, func, select
from sqlalchemy.orm import Session

from scripts.bench.big_ledger import BigLedger
from scripts.bench.databases import each_database
from scripts.bench.lines import Line, measured
from server.db import make_engine, reading
from server.points.models import PointEntry
from server.statements.freezing.service import freeze
from server.statements.models import Statement
from server.statements.rules import month_before
from server.statements.verification import verify_statement
from tests.cast import make_cast

BENCH = "month_close"
SIZES = {"default": (10_000, 100_000), "full": (10_000, 100_000, 1_000_000)}
POOL = {"default": "2G", "full": "12G"}
"""What MariaDB may keep in memory: a ledger of the largest size fits in."""

ROUNDS = 3
SAMPLE = 5
CUTOFF = datetime(2026, 6, 2, 18, 0, tzinfo=UTC)
POSTED = CUTOFF - timedelta(days=20)
GOAL = "<= 2 × the bare GROUP BY"
LINEAR = 1.5


def run(size: str) -> Iterator[Line]:
    """Yield seconds of a freeze at each size, its growth per member, the client's memory, and lines that differ."""
    for database, url, _ in each_database(mariadb_options=(f"--innodb-buffer-pool-size={POOL[size]}",)):
        engine = make_engine(url)
        event.listen(engine, "do_connect", _be_patient)
        with Session(engine, expire_on_commit=False) as session:
            cast = make_cast(session)
        ledger, each = BigLedger(engine, cast.root, cast.standard_id, posted_at=POSTED), []
        for members in SIZES[size]:
            ledger.load(members)
            rounds = []
            for _ in range(ROUNDS):
                ledger.thaw()
                rounds.append((_seconds(partial(_group, engine)), _seconds(partial(freeze, engine, TERM, now=CUTOFF))))
            bare, frozen = (median(seconds) for seconds in zip(*rounds, strict=True))
            each.append(frozen / members)
            yield _line(database, members, frozen, bare, ratio=median(frozen / bare for bare, frozen in rounds))
            yield measured(BENCH, f"differences_{members}", _differences(engine), "lines", database=database)
        growth = each[-1] / each[0]
        yield measured(BENCH, "growth", growth, "×", database=database, goal=f"<= {LINEAR} ×", met=growth <= LINEAR)
        yield measured(BENCH, "client_memory", _megabytes(), "MB", database=database)
        engine.dispose()


TERM = month_before(CUTOFF)


def _be_patient(dialect: Dialect, _record: object, _arguments: object, parameters: dict[str, Any]) -> None:
    """Wait longer: adding up a million members' entries takes longer than the product waits for a statement."""
    if dialect.name != "sqlite":
        parameters["read_timeout"] = 600


def _line(database: str, members: int, frozen: float, bare: float, *, ratio: float) -> Line:
    against = f"bare GROUP BY: {bare:.2f} s"
    return measured(
        BENCH,
        f"freeze_{members}",
        frozen,
        "s",
        database=database,
        against=against,
        ratio=ratio,
        goal=GOAL,
        met=ratio <= 2,
    )


def _seconds(act: Any) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _group(engine: Engine) -> None:
    """The bare yardstick: every member's points by item."""
    entry = PointEntry
    sums = select(entry.member_id, entry.item_code, func.sum(entry.points)).where(
        entry.year == 2026, entry.occurred_on <= TERM.until, entry.posted_at < CUTOFF
    )
    grouped = sums.group_by(entry.member_id, entry.item_code).subquery()
    with reading(engine) as session:
        session.execute(select(func.count()).select_from(grouped)).one()


def _differences(engine: Engine) -> int:
    """Compute some statements anew by `score`; return what differs."""
    with reading(engine) as session:
        some = session.scalars(select(Statement).order_by(Statement.id.desc()).limit(SAMPLE)).all()
        return sum(1 for statement in some for _ in verify_statement(session, statement))
