"""Entries keep the item and version under which they were posted. Pure.

A year is measured by one standard, that of the branch the member belonged to last in it. An entry posted under another
standard counts by the item of the same code if that works by the same method; otherwise its own item is carried along.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row

from server.points.models import PointEntry, SourceKind
from server.points.scores.rules import Fact
from server.standards.rules import Item, Section, StandardDocument

POSTED = (
    *(PointEntry.member_id, PointEntry.seq, PointEntry.standard_id, PointEntry.item_code, PointEntry.points),
    *(PointEntry.owed, PointEntry.attended, PointEntry.made_up, PointEntry.excused, PointEntry.achievement),
    *(PointEntry.occurred_on, PointEntry.source_kind, PointEntry.reverses_seq),
)
"""What the score needs of entries: where thousands are read only to be counted, rows of this cost less than objects."""

Posted = PointEntry | Row[Any]
"""An entry, or a row of `POSTED`."""


def fact_of(entry: Posted) -> Fact:
    """Return what the score needs of an entry."""
    return Fact(
        seq=entry.seq,
        item_code=entry.item_code,
        occurred_on=entry.occurred_on,
        points=entry.points,
        owed=entry.owed,
        attended=entry.attended,
        made_up=entry.made_up,
        excused=entry.excused,
        achievement=entry.achievement,
        opening=entry.source_kind == SourceKind.opening,
        reverses=entry.reverses_seq,
    )


def measured_by(
    document: StandardDocument, entries: Iterable[Posted], documents: Mapping[int, StandardDocument]
) -> tuple[StandardDocument, list[Fact]]:
    """Return the entries as facts, and the document with the items that it must carry along for them.

    `documents` holds every standard the entries were posted under; those for another audience stay in the archive.
    """
    carried: dict[str, Item] = {}
    sections: dict[str, Section] = {section.code: section for section in document.sections}
    facts = []
    for entry in entries:
        own = documents[entry.standard_id]
        if own.audience != document.audience:
            continue
        fact = fact_of(entry)
        item = own.item(entry.item_code)
        if item is None:
            raise ValueError(f"standard {entry.standard_id} has no item {entry.item_code}")
        if not _counts_here(document, item):
            moved = _carried(item, entry.standard_id)
            carried[moved.code] = moved
            sections.setdefault(item.section, _section(own, item.section))
            fact = replace(fact, item_code=moved.code)
        facts.append(fact)
    return _with(document, tuple(sections.values()), tuple(carried.values())), facts


def _counts_here(document: StandardDocument, item: Item) -> bool:
    here = document.item(item.code)
    return here is not None and here.method is item.method


def _carried(item: Item, standard_id: int) -> Item:
    return item.model_copy(
        update={"code": f"{item.code}~{standard_id}", "line": None, "title": f"{item.title}（原标准）"}
    )


def _section(document: StandardDocument, code: str) -> Section:
    return next(section for section in document.sections if section.code == code)


def _with(document: StandardDocument, sections: Sequence[Section], carried: Sequence[Item]) -> StandardDocument:
    if not carried:
        return document
    return document.model_copy(update={"sections": tuple(sections), "items": (*document.items, *carried)})
