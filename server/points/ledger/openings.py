"""Opening points 起始分 of `deduct` items, and how they are re-based when another standard takes over. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from server.organizations.models import Category, Stage
from server.points.models import SourceKind
from server.points.scores.rules import Fact
from server.standards.rules import Item, Method, StandardDocument

ZERO = Decimal(0)


Figures = frozenset[tuple[str, Decimal, frozenset[Category], frozenset[Stage]]]


def opening_figures(document: StandardDocument) -> Figures:
    """Return the part of a standard that decides openings: two versions that differ only in words open alike."""
    return frozenset((item.code, item.cap, item.categories, item.stages) for item in _opening(document.items))


def openings(document: StandardDocument, category: Category, stage: Stage) -> dict[str, Decimal]:
    """Return the opening points of such a member by item code; of a line's variants only one opens."""
    by_line: dict[str, Item] = {}
    for item in _opening(document.items_for(category, stage)):
        by_line.setdefault(item.line_code, item)
    return {item.code: item.cap for item in by_line.values()}


def differences(wanted: Mapping[str, Decimal], present: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return what must be added to the present openings, by item code, to make them the wanted ones."""
    codes = [*wanted, *(code for code in present if code not in wanted)]
    steps = {code: wanted.get(code, ZERO) - present.get(code, ZERO) for code in codes}
    return {code: step for code, step in steps.items() if step}


def category_steps(document: StandardDocument, before: Category, after: Category, stage: Stage) -> dict[str, Decimal]:
    """Return what a change of category adds to the openings and takes off them, by item code.

    A line that both have keeps its opening, whichever variant it stands under: variants of a line share their cap.
    """
    had, wanted = openings(document, before, stage), openings(document, after, stage)
    lines = {item.code: item.line_code for item in document.items}
    kept = {lines[code] for code in had} & {lines[code] for code in wanted}
    return differences(
        {code: points for code, points in wanted.items() if lines[code] not in kept},
        {code: points for code, points in had.items() if lines[code] not in kept},
    )


def opening_columns(
    item: Item, points: Decimal, *, standard_id: int, year: int, on: date, revision: int = 1
) -> dict[str, Any]:
    """Return what an opening entry says, no matter whose it is and where it stands in the chain."""
    return {
        "year": year,
        "standard_id": standard_id,
        "item_code": item.code,
        "points": points,
        "owed": 0,
        "attended": 0,
        "made_up": 0,
        "excused": 0,
        "occurred_on": on,
        "source_kind": SourceKind.opening,
        "source_id": standard_id,
        "revision": revision,
        "clause": item.clause,
    }


def opening_facts(due: Mapping[str, Decimal], begins: date) -> list[Fact]:
    """Return openings that have no entry yet, and so no seq of their own, as facts."""
    return [
        Fact(seq=-number, item_code=code, occurred_on=begins, points=points, opening=True)
        for number, (code, points) in enumerate(due.items())
    ]


def _opening(items: Iterable[Item]) -> Iterable[Item]:
    return (item for item in items if item.method is Method.deduct and item.cap)
