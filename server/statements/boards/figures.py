"""The figures of a frozen statement, read once per process since they never change. They hold no names."""

from collections import OrderedDict
from dataclasses import dataclass
from decimal import Decimal
from threading import Lock
from typing import Any, Generic, TypeVar

from sqlalchemy import BigInteger, Row, bindparam, select
from sqlalchemy.orm import Session

from server.standards import versions
from server.standards.rules import StandardDocument
from server.statements.boards.rules import CountedBand, View, spread
from server.statements.models import StatementBackdated, StatementLine, StatementSection

T = TypeVar("T")

KEPT = 256
"""The number of statements a process remembers; one of 27 members takes some 20 kB."""

_ID = bindparam("statement_id", type_=BigInteger)
_LINES = (
    select(
        StatementLine.member_id,
        StatementLine.standard_id,
        StatementLine.negative,
        StatementLine.total,
        StatementLine.change,
        StatementLine.position,
        StatementLine.head_seq,
        StatementLine.head_hash,
    )
    .where(StatementLine.statement_id == _ID)
    .order_by(StatementLine.negative, StatementLine.position, StatementLine.total.desc(), StatementLine.member_id)
)
_SECTIONS = select(StatementSection.member_id, StatementSection.section, StatementSection.points).where(
    StatementSection.statement_id == _ID
)
_BACKDATED = (
    select(StatementBackdated.member_id, StatementBackdated.month, StatementBackdated.points)
    .where(StatementBackdated.statement_id == _ID)
    .order_by(StatementBackdated.month)
)


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One member's figures; `backdated` are 补记 by month."""

    member_id: int
    negative: bool
    total: Decimal
    change: Decimal | None
    position: int | None
    head_seq: int
    head_hash: str
    sections: dict[str, Decimal]
    backdated: tuple[tuple[str, Decimal], ...]


@dataclass(frozen=True, slots=True)
class SectionColumn:
    """A section of the standard that most lines were computed with."""

    code: str
    title: str
    cap: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class BoardFigures:
    """A statement's lines by position, those of 另行通报 last; `ranked` counts the lines with a position."""

    lines: tuple[BoardLine, ...]
    columns: tuple[SectionColumn, ...]
    total_cap: Decimal
    basis: str
    bands: tuple[CountedBand, ...]

    @property
    def ranked(self) -> int:
        return sum(not line.negative for line in self.lines)

    def listed(self, view: View) -> tuple[BoardLine, ...]:
        """Return the lines shown with names in a list, by position."""
        return self.lines if view.names_apart else self.lines[: self.ranked]

    def line_of(self, member_id: int | None) -> BoardLine | None:
        return next((line for line in self.lines if line.member_id == member_id), None)


class LruCache(Generic[T]):
    """Statement hash → what was read of it; the least recently used is forgotten first."""

    def __init__(self, size: int = KEPT) -> None:
        self._size = size
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._lock = Lock()

    def recall(self, statement_hash: str) -> T | None:
        with self._lock:
            if statement_hash in self._kept:
                self._kept.move_to_end(statement_hash)
            return self._kept.get(statement_hash)

    def keep(self, statement_hash: str, found: T) -> T:
        with self._lock:
            self._kept[statement_hash] = found
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return found


_figures: LruCache[BoardFigures] = LruCache()


def figures_of(session: Session, statement_id: int, statement_hash: str) -> BoardFigures:
    """Return a statement's figures. Its hash covers all of them, so they are read once."""
    found = _figures.recall(statement_hash)
    return found or _figures.keep(statement_hash, read_figures(session, statement_id))


def read_figures(session: Session, statement_id: int) -> BoardFigures:
    rows = session.execute(_LINES, {"statement_id": statement_id}).all()
    sections, backdated = _by_member(session, statement_id)
    lines = tuple(_line(row, sections, backdated) for row in rows)
    document = _document(session, [row.standard_id for row in rows if row.standard_id is not None])
    if document is None:
        return BoardFigures(lines, (), Decimal(100), "", spread([], cap=Decimal(100)))
    return BoardFigures(
        lines,
        tuple(SectionColumn(section.code, section.title, section.cap) for section in document.sections),
        document.total_cap,
        document.basis,
        spread([line.total for line in lines if not line.negative], cap=document.total_cap),
    )


def _by_member(
    session: Session, statement_id: int
) -> tuple[dict[int, dict[str, Decimal]], dict[int, tuple[tuple[str, Decimal], ...]]]:
    sections: dict[int, dict[str, Decimal]] = {}
    for member_id, section, points in session.execute(_SECTIONS, {"statement_id": statement_id}):
        sections.setdefault(member_id, {})[section] = points
    backdated: dict[int, tuple[tuple[str, Decimal], ...]] = {}
    for member_id, month, points in session.execute(_BACKDATED, {"statement_id": statement_id}):
        backdated[member_id] = (*backdated.get(member_id, ()), (month, points))
    return sections, backdated


def _line(
    row: Row[*tuple[Any, ...]],
    sections: dict[int, dict[str, Decimal]],
    backdated: dict[int, tuple[tuple[str, Decimal], ...]],
) -> BoardLine:
    return BoardLine(
        member_id=row.member_id,
        negative=row.negative,
        total=row.total,
        change=row.change,
        position=row.position,
        head_seq=row.head_seq,
        head_hash=row.head_hash,
        sections=sections.get(row.member_id, {}),
        backdated=backdated.get(row.member_id, ()),
    )


def _document(session: Session, standard_ids: list[int]) -> StandardDocument | None:
    """Return the document of the standard of most lines; on a tie, of the lower id."""
    if not standard_ids:
        return None
    most = max(sorted(set(standard_ids)), key=standard_ids.count)
    return versions.document_of(session, most)
