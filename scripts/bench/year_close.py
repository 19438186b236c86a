"""What closing every branch's year costs beside a month's freeze in which every line is computed, and reading a result.

Each branch is closed in a transaction of its own, as its secretary does it: closing statement, results, the step. As
many of them do so at once as a freeze has batches under way.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Engine, Select, select
from sqlalchemy.orm import Session

from scripts.bench.big_ledger import BigLedger
from scripts.bench.databases import each_database
from scripts.bench.lines import Line, measured
from scripts.bench.reads import app_with_empty_route, measure, read_line, sign_in, some_of
from server.annual.results import service as results
from server.annual.results.models import AnnualResult
from server.annual.results.verification import verify_results
from server.db import make_engine, reading, transaction
from server.statements.freezing.service import freeze, workers
from server.statements.models import Statement
from server.statements.rules import month_before
from server.years import service as years
from server.years.rules import YearState
from tests.cast import make_cast

BENCH = "year_close"
SIZES = {"default": 10_000, "full": 100_000}
YEAR = 2026
CUTOFF = datetime(2027, 1, 2, 18, tzinfo=UTC)
CLOSED = datetime(2027, 1, 15, 2, tzinfo=UTC)
GOAL = "<= 1.5 × a month's freeze with every line computed, < 30 s"
MOST_TIMES, MOST_SECONDS = 1.5, 30
RESULT = "/api/v1/me/results/2026"


def run(size: str) -> Iterator[Line]:
    """Yield seconds of closing all branches, what the proof finds afterwards, and milliseconds of a result."""
    for database, url, directory in each_database():
        engine = make_engine(url)
        with Session(engine, expire_on_commit=False) as session:
            cast = make_cast(session)
        app = app_with_empty_route(engine, directory, _total)
        ledger = BigLedger(engine, cast.root, cast.standard_id, posted_at=CUTOFF.replace(month=12, year=2026))
        ledger.load(SIZES[size])
        computed = replace(month_before(CUTOFF), closes_year=True)  # for which no figure is copied
        month = _seconds(partial(freeze, engine, computed, now=CUTOFF))
        with reading(engine) as session:
            branches = session.scalars(select(Statement.organization_id).order_by(Statement.id)).all()
        ledger.thaw()
        _each(engine, branches, _begin)
        drafting = _seconds(partial(_each, engine, branches, _close))
        yield _closing_line(database, ledger.members, drafting, month)
        with reading(engine) as session:
            yield measured(BENCH, "differences", len(list(verify_results(session))), "faults", database=database)
            loaded = select(AnnualResult.member_id).where(AnnualResult.member_id >= ledger.first_member)
            member_ids = session.scalars(loaded.order_by(AnnualResult.member_id)).all()
        _each(engine, branches, _report)
        empty, read = measure(app, sign_in(engine, cast.root, some_of(member_ids)), RESULT)
        yield read_line(BENCH, database, f"result_{ledger.members}", read, empty=empty)
        engine.dispose()


def _total(member_id: int) -> Select[Any]:
    return select(AnnualResult.total).where(AnnualResult.member_id == member_id)


def _each(engine: Engine, branches: Sequence[int], step: Callable[..., None]) -> None:
    with ThreadPoolExecutor(workers(engine)) as pool:
        list(pool.map(lambda each: transaction(engine, partial(step, organization_id=each)), branches))


def _begin(session: Session, *, organization_id: int) -> None:
    branch_year = years.begun(session, organization_id=organization_id, year=YEAR, now=CLOSED)
    years.move(session, branch_year, YearState.closing, account_id=None, now=CLOSED)


def _close(session: Session, *, organization_id: int) -> None:
    branch_year = years.begun(session, organization_id=organization_id, year=YEAR, now=CLOSED)
    results.draft(session, branch_year, account_id=None, now=CLOSED)
    years.move(session, branch_year, YearState.drafted, account_id=None, now=CLOSED)


def _report(session: Session, *, organization_id: int) -> None:
    branch_year = years.begun(session, organization_id=organization_id, year=YEAR, now=CLOSED)
    years.move(session, branch_year, YearState.reported, account_id=None, now=CLOSED)


def _closing_line(database: str, members: int, closing: float, month: float) -> Line:
    ratio = closing / month
    return measured(
        BENCH,
        f"closing_{members}",
        closing,
        "s",
        database=database,
        against=f"a month with every line computed: {month:.2f} s",
        ratio=ratio,
        goal=GOAL,
        met=ratio <= MOST_TIMES and closing < MOST_SECONDS,
    )


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
