"""Order prints and take their parts in; `making.py` does the work."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.annual.forms import gathering
from server.annual.prints import queries
from server.annual.prints.error_codes import PrintErrorCode
from server.annual.prints.models import Print, PrintFile, PrintPiece
from server.annual.prints.rules import (
    KEPT,
    LEFT_BEHIND,
    MOST_PAPERS,
    OF_MEMBERS,
    PIECE,
    UNFINISHED,
    PrintForm,
    PrintFormat,
    PrintStatus,
    cut,
)
from server.annual.results.models import AnnualEdition
from server.audit import service as audit
from server.errors import conflict
from server.organizations.models import Organization
from server.photos.removal import delete_after_commit
from server.photos.storage import Storage

BATCH = 20


def order(
    session: Session,
    organization_id: int,
    *,
    year: int,
    form: PrintForm,
    format: PrintFormat,
    account_id: int,
    now: datetime,
) -> Print:
    """Have forms made of the results that hold at and below an organization; the same that is being made is returned.

    Raises DomainError 409 `nothing_drafted`, `too_many_papers`.
    """
    place = session.get_one(Organization, organization_id)
    if (same := queries.unfinished_like(session, organization_id, year, form, format)) is not None:
        return same
    pieces = list(_planned(session, queries.editions(session, organization_id, year), form))
    papers = sum(piece.papers for piece in pieces)
    if not papers:
        raise conflict(PrintErrorCode.nothing_drafted, f"{year} 年度的积分还没有汇总，没有可以打印的表册")
    if papers > MOST_PAPERS:
        message = f"共 {papers} 份，一次最多打印 {MOST_PAPERS} 份，请按党总支或党支部分别打印"
        raise conflict(PrintErrorCode.too_many_papers, message)
    made = Print(
        root_id=place.root_id or place.id,
        organization_id=organization_id,
        year=year,
        form=form,
        format=format,
        status=PrintStatus.waiting,
        papers=papers,
        made=0,
        attempts=0,
        asked_by=account_id,
        asked_at=now,
    )
    session.add(made)
    session.flush()
    for number, piece in enumerate(pieces, start=1):
        piece.print_id, piece.number = made.id, number
    session.add_all(pieces)
    session.flush()
    detail = {"year": year, "form": form.value, "format": format.value, "papers": papers}
    audit.record(session, actor_id=account_id, action="print_order", now=now, detail=detail, **audit.of(made))
    return made


def _planned(session: Session, editions: Sequence[AnnualEdition], form: PrintForm) -> Iterator[PrintPiece]:
    for edition in editions:
        if form not in OF_MEMBERS:
            yield PrintPiece(edition_id=edition.id, member_ids=[], first=1, papers=1)
            continue
        found = [each.result for each in gathering.members_of(session, edition)]
        scored = [each.member_id for each in found if each.total is not None]
        first = 1
        for part in cut(scored, PIECE[form]):
            yield PrintPiece(edition_id=edition.id, member_ids=list(part), first=first, papers=len(part))
            first += len(part)


def locked(session: Session, print_id: int) -> Print | None:
    """Return a print that is still to be made, locked; None if it is gone, done or failed."""
    query = select(Print).where(Print.id == print_id, Print.status.in_(UNFINISHED)).with_for_update()
    return session.scalar(query.execution_options(populate_existing=True))


def fail(session: Session, storage: Storage, made: Print, *, problem: str, now: datetime) -> None:
    """Give a print up: its pieces go, the words stay."""
    made.status, made.problem, made.finished_at = PrintStatus.failed, problem[:200], now
    drop_pieces(session, storage, made.id)


def drop_pieces(session: Session, storage: Storage, print_id: int) -> None:
    """Delete a print's pieces, and after the commit their files."""
    pieces = queries.pieces_of(session, print_id)
    delete_after_commit(session, storage, [piece.key for piece in pieces if piece.sha256 is not None])
    session.execute(delete(PrintPiece).where(PrintPiece.print_id == print_id))


def purge(session: Session, storage: Storage, *, now: datetime) -> int:
    """Delete up to twenty prints that are older than they are kept, with their files; again while it returns 20."""
    old = select(Print).where(Print.asked_at < now - KEPT).order_by(Print.id).limit(BATCH)
    found = session.scalars(old.with_for_update(skip_locked=True)).all()
    for made in found:
        drop_pieces(session, storage, made.id)
        delete_after_commit(session, storage, [file.key for file in queries.files_of(session, made.id)])
        session.execute(delete(PrintFile).where(PrintFile.print_id == made.id))
        session.delete(made)
    session.flush()
    return len(found)


def sweep(session: Session, storage: Storage, *, now: datetime) -> None:
    """Delete files that no row names: what a process left that died between the two."""
    for key, written in storage.stored():
        if written < now - LEFT_BEHIND and not queries.is_known(session, key.partition("-")[2][:32]):
            storage.delete(key)


def check_file(files: Sequence[PrintFile], number: int) -> PrintFile:
    """Return one of a print's files. Raises DomainError 409 `print_not_ready`."""
    found = next((file for file in files if file.number == number), None)
    if found is None:
        raise conflict(PrintErrorCode.print_not_ready, "文件还没有生成，或没有这个分册")
    return found
