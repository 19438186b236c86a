"""Read roster imports: their preview, their problems, the imports of an organization."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.organizations.roster.entries import (
    unpack,
    unpack_problems,
)
from server.organizations.roster.models import RosterChunk, RosterImport
from server.organizations.roster.rules import RosterProblem, settled


def preview(session: Session, *, import_id: int, chunk: int, index: int, limit: int) -> list[tuple[int, int, Any]]:
    """Return (chunk, index, row) of rows that would change something, from a position on; empty once applied."""
    found: list[tuple[int, int, Any]] = []
    query = select(RosterChunk).where(RosterChunk.import_id == import_id, RosterChunk.number >= chunk)
    for stored in session.scalars(query.order_by(RosterChunk.number).limit(2)):
        begin = index if stored.number == chunk else 0
        rows = unpack(stored.preview)
        found += [(stored.number, position, row) for position, row in enumerate(rows) if position >= begin]
    return found[:limit]


def problems_of(session: Session, roster: RosterImport) -> list[RosterProblem]:
    """Return the dry run's problems and those met while applying, by row."""
    query = select(RosterChunk.problems).where(RosterChunk.import_id == roster.id, RosterChunk.problems.is_not(None))
    later = [problem for blob in session.scalars(query) for problem in unpack_problems(blob)]
    return settled(dict.fromkeys([*unpack_problems(roster.problems), *later]))


def list_imports(session: Session, *, organization_id: int, before_id: int | None, limit: int) -> list[RosterImport]:
    """Return an organization's imports, latest first."""
    query = select(RosterImport).where(RosterImport.organization_id == organization_id)
    if before_id is not None:
        query = query.where(RosterImport.id < before_id)
    return list(session.scalars(query.order_by(RosterImport.id.desc()).limit(limit)))
