"""Freeze a term for a whole tree, batch by batch; each batch is a transaction of its own."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from math import ceil
from threading import main_thread

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.db import reading, transaction
from server.events import emit
from server.organizations.models import Organization
from server.organizations.workdays import calendar_of
from server.standards.versions import no_standard
from server.statements.events import StatementFrozen
from server.statements.freezing import figures, roster, sealing, sums
from server.statements.freezing.roster import MeasuredBranch
from server.statements.models import Statement
from server.statements.rules import MONTHLY, StatementStatus, StatementTerm, closing_of, confirm_by_of

BRANCHES_AT_ONCE = 100
WORKERS = 2
"""Batches at a time: the database computes each on one processor. SQLite writes one after the other anyway."""

MOST_MEETINGS = 10
"""How often in a row two machines may collide over a batch before it counts as a failure."""


def freeze(engine: Engine, term: StatementTerm, *, now: datetime) -> int:
    """Freeze a term wherever it is not frozen yet; return how many statements were added.

    Nothing is frozen twice, whether it runs again, on two machines at once, or after one died half-way.
    """
    with reading(engine) as session:
        batches = [
            partial(freeze_some, root_id=root_id, branch_ids=branch_ids, term=term, now=now)
            for root_id in session.scalars(select(Organization.id).where(Organization.parent_id.is_(None))).all()
            for branch_ids in batches_of(roster.branches_without(session, root_id, term))
        ]
    with ThreadPoolExecutor(workers(engine)) as pool:
        return sum(pool.map(partial(_some, engine), batches))


def workers(engine: Engine) -> int:
    """Return how many transactions a freeze has under way at a time."""
    return 1 if engine.dialect.name == "sqlite" else WORKERS


def batches_of(branch_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Cut into batches that keep all workers busy to the end: equally many for each, of about the same size."""
    rounds = ceil(len(branch_ids) / (BRANCHES_AT_ONCE * WORKERS))
    size = ceil(len(branch_ids) / (WORKERS * max(rounds, 1))) or 1
    return (branch_ids[start : start + size] for start in range(0, len(branch_ids), size))


def _some(engine: Engine, work: Callable[[Session], int]) -> int:
    """Freeze a batch. If another machine did so at the same time, its statements stay: look again at what is left."""
    if not main_thread().is_alive():
        raise RuntimeError("the process is about to end: what is left is frozen by the next")
    for _ in range(MOST_MEETINGS):
        try:
            return transaction(engine, work)
        except IntegrityError:
            continue
    return transaction(engine, work)


def freeze_some(
    session: Session, *, root_id: int, branch_ids: Sequence[int], term: StatementTerm, now: datetime
) -> int:
    """Freeze a term for those of these branches that lack it; return how many."""
    branches = roster.still_without(session, root_id, term, branch_ids)
    if not branches:
        return 0
    statements = _draw_up(session, root_id, branches, term, now)
    for statement in statements:
        emit(session, StatementFrozen(statement.id, now))
    return len(statements)


def freeze_closing(session: Session, *, organization_id: int, year: int, now: datetime) -> Statement:
    """Freeze a branch's year by its members' ledgers, which the caller has locked; again gives the next revision.

    Nobody is told, and nobody confirms it. Raises DomainError `no_standard`.
    """
    place = session.get_one(Organization, organization_id)
    branch = roster.measured_in(session, place, year)
    if not branch.standards:
        raise no_standard(year)
    earlier = select(func.count()).where(Statement.organization_id == place.id, Statement.year == year)
    revision = session.scalars(earlier.where(Statement.status.not_in(MONTHLY))).one() + 1
    assert place.root_id is not None
    (statement,) = _draw_up(session, place.root_id, [branch], closing_of(year, revision, now), now)
    return statement


def withdraw_closing(session: Session, statement_id: int) -> None:
    """Take a closing statement back; it stays in the branch's chain of statements."""
    statement = session.get_one(Statement, statement_id, with_for_update=True, populate_existing=True)
    statement.status = StatementStatus.withdrawn
    session.flush()


def _draw_up(
    session: Session, root_id: int, branches: Sequence[MeasuredBranch], term: StatementTerm, now: datetime
) -> Sequence[Statement]:
    """Write statements with lines, sums and hash; who is to be told is told by the caller."""
    statements = _begin(session, root_id, branches, term, now)
    ids = [statement.id for statement in statements]
    mixed = roster.write_lines(session, {each.organization_id: each.id for each in statements}, branches, term)
    computed = figures.write_figures(session, ids, term)
    sums.write_changes(session, ids)
    sums.write_positions(session, mixed | computed)
    sums.write_backdated(session, ids, term.year)
    _seal(session, statements)
    return statements


def _begin(
    session: Session, root_id: int, branches: Sequence[MeasuredBranch], term: StatementTerm, now: datetime
) -> Sequence[Statement]:
    before = _latest(session, branches)
    exempt = roster.exempt_counts(session, branches, term.until)
    confirm_by = shanghai_date(now)
    if not term.closes_year:
        confirm_by = confirm_by_of(calendar_of(session, root_id=root_id, around=confirm_by), now)
    statements = [
        Statement(
            root_id=root_id,
            organization_id=branch.id,
            period=term.period,
            year=term.year,
            until=term.until,
            cutoff_at=term.cutoff_at,
            previous_id=before.get(branch.id),
            members=0,
            exempt=exempt.get(branch.id, 0),
            hash="",
            hash_version=sealing.VERSION,
            status=StatementStatus.closed if term.closes_year else StatementStatus.frozen,
            frozen_at=now,
            confirm_by=confirm_by,
        )
        for branch in branches
    ]
    session.add_all(statements)
    session.flush()
    return statements


def _latest(session: Session, branches: Sequence[MeasuredBranch]) -> dict[int, int]:
    ids = [branch.id for branch in branches]
    latest = select(Statement.organization_id, func.max(Statement.id)).where(Statement.organization_id.in_(ids))
    return dict(session.execute(latest.group_by(Statement.organization_id)).all())


def _seal(session: Session, statements: Sequence[Statement]) -> None:
    found = sums.totals(session, [statement.id for statement in statements])
    with session.no_autoflush:  # head and hash are written at once
        for statement in statements:
            if statement.id in found:
                total = found[statement.id]
                statement.members, statement.average, statement.median = total.members, total.average, total.median
        seals = sealing.seals(session, statements)
    for statement in statements:
        statement.hash = seals[statement.id]
    session.flush()
