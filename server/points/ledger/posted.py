"""What members' ledgers say of one kind of source, for the proofs that compare the sources with it.

Members are taken some at a time by id, so that each proof reads the ledger once and holds little of it.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session, aliased

from server.organizations.models import Member
from server.points.models import PointEntry, SourceKind
from server.standards.rules import StandardDocument
from server.standards.versions import document_of

MEMBERS_AT_ONCE = 500

Columns = Row[Any]
"""An entry's columns."""

Documents = Callable[[int], StandardDocument]
"""The document of a standard, by its id."""


@dataclass(frozen=True, slots=True)
class Posted:
    """An entry, and whether it stands or was taken back."""

    entry: Columns
    stands: bool

    @property
    def name(self) -> str:
        return name_of(self.entry.member_id, self.entry.seq)


def name_of(member_id: int, seq: int) -> str:
    """Return what an entry is called in a proof."""
    return f"台账记录（党员 {member_id} 第 {seq} 条）"


def member_pages(session: Session) -> Iterator[Sequence[int]]:
    """Yield everybody's id in order, some at a time."""
    ids = select(Member.id).order_by(Member.id).limit(MEMBERS_AT_ONCE)
    after = 0
    while page := session.scalars(ids.where(Member.id > after)).all():
        yield page
        after = page[-1]
        session.expunge_all()


def documents(session: Session) -> Documents:
    """Return a reader of standards that asks for each one once."""
    return cache(partial(document_of, session))


def posted(session: Session, member_ids: Sequence[int], *kinds: SourceKind) -> list[Posted]:
    """Return what these members' ledgers hold of these kinds of source, by member and seq."""
    reversal = aliased(PointEntry)
    undone = and_(reversal.member_id == PointEntry.member_id, reversal.reverses_seq == PointEntry.seq)
    rows = (
        select(*PointEntry.__table__.c, reversal.seq.label("undone_by"))
        .outerjoin(reversal, undone)
        .where(PointEntry.member_id.in_(member_ids), PointEntry.source_kind.in_(kinds))
        .order_by(PointEntry.member_id, PointEntry.seq)
    )
    found: Iterable[Columns] = session.execute(rows)
    return [Posted(row, row.undone_by is None) for row in found]
