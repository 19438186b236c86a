"""Applying a confirmed import: one transaction per chunk, resumable wherever it was killed."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from threading import Lock, Thread

import structlog
from sqlalchemy import Engine, delete, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from server import clock, leases
from server.db import reading, transaction
from server.errors import DomainError
from server.leases import HeldLease, LeaseLost
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.models import Organization, OrganizationKind
from server.organizations.roster.entries import ImportEntry, pack_problems, unpack_entries
from server.organizations.roster.models import ImportStatus, RosterChunk, RosterImport
from server.organizations.roster.places import Creator, RosterPlaces
from server.organizations.roster.plan import plan
from server.organizations.roster.rules import RosterProblem, errors_of
from server.organizations.roster.service import locked
from server.organizations.roster.writing import carry_out
from server.organizations.rules import normal_title
from server.organizations.service import create_organization

log = structlog.get_logger()
UNFINISHED = (ImportStatus.queued, ImportStatus.applying)
_threads: dict[int, Thread] = {}
_threads_lock = Lock()


def start(engine: Engine, import_id: int) -> Thread:
    """Apply an import in the background; a running one is left alone."""
    with _threads_lock:
        thread = _threads.get(import_id)
        if thread is None or not thread.is_alive():
            thread = Thread(target=_run, args=(engine, import_id), name=f"roster-{import_id}", daemon=True)
            _threads[import_id] = thread
            thread.start()
        return thread


def start_unfinished(engine: Engine) -> list[Thread]:
    """Resume imports that a killed process left behind; a living one keeps its lease."""
    with reading(engine) as session:
        ids = session.scalars(select(RosterImport.id).where(RosterImport.status.in_(UNFINISHED))).all()
    return [start(engine, import_id) for import_id in ids]


def _run(engine: Engine, import_id: int) -> None:
    try:
        apply(engine, import_id)
    except Exception:
        log.exception("roster_import_interrupted", import_id=import_id)
    finally:
        with _threads_lock:
            _threads.pop(import_id, None)


def apply(engine: Engine, import_id: int) -> None:
    """Apply every chunk that is left. Return at once if the import is unconfirmed, done, or being applied elsewhere."""
    held = leases.take(engine, lease_of(import_id))
    if held is None:
        return
    with leases.kept(engine, held):
        try:
            _apply(engine, import_id, held)
        except LeaseLost:
            log.info("roster_import_taken_over", import_id=import_id)


def lease_of(import_id: int) -> str:
    """Return the name of the lease under which an import is applied."""
    return f"roster_import:{import_id}"


def _apply(engine: Engine, import_id: int, held: HeldLease) -> None:
    if not transaction(engine, lambda session: _begin(session, import_id, held)):
        return
    with reading(engine) as session:
        query = select(RosterChunk.number).where(RosterChunk.import_id == import_id, RosterChunk.applied_at.is_(None))
        numbers = session.scalars(query.order_by(RosterChunk.number)).all()
    for number in numbers:
        _apply_chunk(engine, import_id, number, held)
    transaction(engine, lambda session: _finish(session, import_id, held))


def _begin(session: Session, import_id: int, held: HeldLease) -> bool:
    """Whether there is something to apply."""
    roster = _held(session, import_id, held)
    if roster.status not in UNFINISHED:
        return False
    roster.status = ImportStatus.applying
    return True


def _held(session: Session, import_id: int, held: HeldLease) -> RosterImport:
    """Return the import, locked together with its lease. Raises LeaseLost."""
    leases.lock(session, held)
    return locked(session, import_id)


def _apply_chunk(engine: Engine, import_id: int, number: int, held: HeldLease) -> None:
    """Apply a chunk at once; if the database or a rule refuses it, row by row, so that one bad row costs no others."""
    try:
        transaction(engine, lambda session: _whole_chunk(session, import_id, number, held))
    except (IntegrityError, DataError, DomainError) as error:
        log.warning("roster_chunk_refused", import_id=import_id, chunk=number, error=str(error))
        _row_by_row(engine, import_id, number, held)


def _whole_chunk(session: Session, import_id: int, number: int, held: HeldLease) -> None:
    roster = _held(session, import_id, held)
    chunk = session.get_one(RosterChunk, (import_id, number))
    counts, problems = apply_entries(session, roster, unpack_entries(chunk.payload), now=clock.now())
    _mark(roster, chunk, counts, problems, clock.now())


def _row_by_row(engine: Engine, import_id: int, number: int, held: HeldLease) -> None:
    with reading(engine) as session:
        entries = unpack_entries(session.get_one(RosterChunk, (import_id, number)).payload)
    counts: Counter[str] = Counter()
    problems: list[RosterProblem] = []
    for entry in entries:
        counted, refused = _one_row(engine, import_id, entry, held)
        counts += counted
        problems += refused

    def mark(session: Session) -> None:
        roster = _held(session, import_id, held)
        _mark(roster, session.get_one(RosterChunk, (import_id, number)), counts, problems, clock.now())

    transaction(engine, mark)


def _one_row(
    engine: Engine, import_id: int, entry: ImportEntry, held: HeldLease
) -> tuple[Counter[str], list[RosterProblem]]:
    def work(session: Session) -> tuple[Counter[str], list[RosterProblem]]:
        roster = _held(session, import_id, held)
        return apply_entries(session, roster, [entry], now=clock.now())

    try:
        return transaction(engine, work)
    except DomainError as refusal:
        return Counter(), [entry.problem(None, refusal.message)]
    except (IntegrityError, DataError):
        return Counter(), [entry.problem(None, "与刚刚发生的变动冲突，请核对后重新导入")]


def apply_entries(
    session: Session, roster: RosterImport, entries: Sequence[ImportEntry], *, now: datetime
) -> tuple[Counter[str], list[RosterProblem]]:
    """Compare again with what is stored now, and write."""
    organization = session.get_one(Organization, roster.organization_id)
    create = creator(session, account_id=roster.created_by, now=now) if roster.create_missing else None
    places = RosterPlaces(session, organization, create)
    decisions, problems = plan(session, places, entries, root_id=roster.root_id, today=roster.effective_on, now=now)
    counts = carry_out(
        session, decisions, root_id=roster.root_id, on=roster.effective_on, account_id=roster.created_by, now=now
    )
    return counts, problems


def creator(session: Session, *, account_id: int | None, now: datetime) -> Creator:
    """Return a function that founds the organizations that a roster names and the tree lacked when it was read."""

    def create(parent_id: int, kind: OrganizationKind, title: str) -> int:
        try:
            made = create_organization(
                session, parent_id=parent_id, kind=kind, title=title, account_id=account_id, now=now
            )
        except DomainError as refusal:
            founded = (
                _founded_meanwhile(session, parent_id, kind, title)
                if refusal.code == OrganizationErrorCode.title_taken
                else None
            )
            if founded is None:
                raise
            return founded
        return made.id

    return create


def _founded_meanwhile(session: Session, parent_id: int, kind: OrganizationKind, title: str) -> int | None:
    """Return the organization that another import founded since the tree was read."""
    query = select(Organization.id).where(
        Organization.parent_id == parent_id,
        Organization.kind == kind,
        Organization.title == normal_title(title),
        Organization.closed_on.is_(None),
    )
    return session.scalar(query)


def _mark(
    roster: RosterImport, chunk: RosterChunk, counts: Counter[str], problems: Sequence[RosterProblem], now: datetime
) -> None:
    """Mark the chunk as applied; its personal data is deleted."""
    chunk.payload = chunk.preview = None
    chunk.problems = pack_problems(problems) if problems else None
    chunk.applied_at = now
    roster.rows_done += chunk.row_count
    roster.result = dict(Counter(roster.result) + counts + Counter(errors=len(errors_of(problems))))


def _finish(session: Session, import_id: int, held: HeldLease) -> None:
    roster = _held(session, import_id, held)
    roster.status, roster.finished_at = ImportStatus.done, clock.now()
    session.execute(delete(RosterChunk).where(RosterChunk.import_id == import_id, RosterChunk.problems.is_(None)))
