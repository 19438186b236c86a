"""Make what was ordered, piece by piece: a kill costs the piece that was being made, and nothing is made twice over.

Each print has a lease, so that two processes do not do the same work. A piece's file is written before its row says so.
"""

import hashlib
import secrets

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server import clock, leases
from server.annual.prints import papers, queries, service
from server.annual.prints.joining import joined
from server.annual.prints.models import PrintFile, PrintPiece
from server.annual.prints.rules import (
    MOST_ATTEMPTS,
    PrintForm,
    PrintFormat,
    PrintStatus,
    file_title,
    in_parts,
)
from server.db import reading, transaction
from server.errors import DomainError
from server.leases import HeldLease, LeaseLost
from server.organizations.models import Organization
from server.photos.storage import Storage

log = structlog.get_logger()
GIVEN_UP = "文件没有生成，请重新打印；仍不成功请联系系统管理员"
CHANGED = "打印期间年度积分已撤回或更正，请按新的积分重新打印"
MEDIA_TYPES = {PrintFormat.pdf: "application/pdf"}
ENDINGS = {PrintFormat.pdf: "pdf"}


def make_all(engine: Engine, storage: Storage) -> None:
    """Make every print that is not finished, in the order in which they were asked for."""
    with reading(engine) as session:
        waiting = queries.unfinished(session)
    for print_id in waiting:
        make(engine, storage, print_id)


def make(engine: Engine, storage: Storage, print_id: int) -> None:
    """Do what is left of a print. Return at once if another process is at it.

    What cannot be made on this machine is told to whoever asked; anything else that goes wrong is tried again later.
    """
    held = leases.take(engine, f"print:{print_id}")
    if held is None:
        return
    with leases.kept(engine, held):
        try:
            _make(engine, storage, print_id, held)
        except LeaseLost:
            log.info("print_taken_over", print_id=print_id)
        except DomainError as refusal:
            _fail(engine, storage, print_id, refusal.message)
        except Exception:
            log.exception("print_not_made", print_id=print_id)


def _make(engine: Engine, storage: Storage, print_id: int, held: HeldLease) -> None:
    numbers = transaction(engine, lambda session: _begin(session, storage, print_id, held))
    if numbers is None:
        return
    for number in numbers:
        _make_piece(engine, storage, print_id, number, held)
    _finish(engine, storage, print_id, held)


def _begin(session: Session, storage: Storage, print_id: int, held: HeldLease) -> list[int] | None:
    """Return the numbers of the pieces that are left, or None if there is nothing to do."""
    leases.lock(session, held)
    found = service.locked(session, print_id)
    if found is None:
        return None
    if found.attempts >= MOST_ATTEMPTS:
        service.fail(session, storage, found, problem=GIVEN_UP, now=clock.now())
        return None
    found.status, found.attempts = PrintStatus.making, found.attempts + 1
    return [piece.number for piece in queries.pieces_of(session, print_id) if piece.sha256 is None]


def _make_piece(engine: Engine, storage: Storage, print_id: int, number: int, held: HeldLease) -> None:
    with reading(engine) as session:
        found = queries.find(session, print_id)
        form, format = PrintForm(found.form), PrintFormat(found.format)
        named = papers.of_piece(session, session.get_one(PrintPiece, (print_id, number)), form)
    content = papers.as_file(named, form, format)
    key = _Stored(content)
    storage.put(key.key, content)

    def note(session: Session) -> None:
        leases.lock(session, held)
        made = service.locked(session, print_id)
        piece = session.get(PrintPiece, (print_id, number))
        if made is not None and piece is not None and piece.sha256 is None:
            piece.public_id, piece.sha256, piece.bytes = key.public_id, key.sha256, len(content)
            made.made += piece.papers
            made.attempts = 0  # it goes on: what counts are attempts without any progress

    transaction(engine, note)


class _Stored:
    """A file's place in the storage."""

    def __init__(self, content: bytes) -> None:
        self.public_id, self.sha256 = secrets.token_hex(16), hashlib.sha256(content).hexdigest()

    @property
    def key(self) -> str:
        return f"{self.sha256[:2]}/{self.sha256[2:]}-{self.public_id}"


def _finish(engine: Engine, storage: Storage, print_id: int, held: HeldLease) -> None:
    """Put the pieces together, unless the results were taken back or superseded meanwhile."""
    with reading(engine) as session:
        found = queries.find(session, print_id)
        pieces = queries.pieces_of(session, print_id)
        place = session.get_one(Organization, found.organization_id).title
        form, format = PrintForm(found.form), PrintFormat(found.format)
        title = file_title(form, year=found.year, place=place)
    parts = in_parts([piece.bytes or 0 for piece in pieces])
    files = []
    for number, part in enumerate(parts, start=1):
        content = joined([_read(storage, pieces[each]) for each in part], format, title=title)
        stored = _Stored(content)
        storage.put(stored.key, content)
        more = f"（{number}）" if len(parts) > 1 else ""
        files.append(
            PrintFile(
                print_id=print_id,
                number=number,
                name=f"{title}{more}.{ENDINGS.get(format, 'zip')}",
                media_type=MEDIA_TYPES.get(format, "application/zip"),
                public_id=stored.public_id,
                sha256=stored.sha256,
                bytes=len(content),
            )
        )

    def note(session: Session) -> None:
        leases.lock(session, held)
        made = service.locked(session, print_id)
        if made is None:
            return
        if not queries.all_current(session, [piece.edition_id for piece in pieces]):
            service.fail(session, storage, made, problem=CHANGED, now=clock.now())
            return
        session.add_all([_copy(file) for file in files])
        made.status, made.finished_at = PrintStatus.done, clock.now()
        service.drop_pieces(session, storage, print_id)

    transaction(engine, note)


def _copy(file: PrintFile) -> PrintFile:
    """A row of its own for each try of the transaction."""
    columns = ("print_id", "number", "name", "media_type", "public_id", "sha256", "bytes")
    return PrintFile(**{name: getattr(file, name) for name in columns})


def _read(storage: Storage, piece: PrintPiece) -> bytes:
    with storage.open(piece.key) as file:
        return file.read()


def _fail(engine: Engine, storage: Storage, print_id: int, problem: str) -> None:
    def note(session: Session) -> None:
        found = service.locked(session, print_id)
        if found is not None:
            service.fail(session, storage, found, problem=problem, now=clock.now())

    transaction(engine, note)
