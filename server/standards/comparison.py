"""What changed between two versions of a standard, and whether it is more than wording. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from server.standards.rules import StandardDocument, as_data

PARTS = ("sections", "items", "negative_list", "grades")
TEXTS = {"title", "basis", "clause", "evidence_note"}
"""The fields that only say things; every other field changes what someone can get."""


class ChangeKind(StrEnum):
    added = "added"
    removed = "removed"
    changed = "changed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field before and after, as JSON data; None where it was not there."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class StandardChange:
    """One heading (`part` = "", `code` = ""), section, item, negative category or grade that differs."""

    kind: ChangeKind
    part: str
    code: str
    title: str
    fields: tuple[FieldChange, ...]

    @property
    def text_only(self) -> bool:
        return self.kind is ChangeKind.changed and all(map(_is_text, self.fields))


def changes(before: StandardDocument, after: StandardDocument) -> list[StandardChange]:
    """Return what was added, removed and changed, part by part, in the later version's order."""
    old, new = as_data(before), as_data(after)
    found = []
    heading = _fields(_without(old, PARTS), _without(new, PARTS))
    if heading:
        found.append(StandardChange(ChangeKind.changed, "", "", after.title, heading))
    for part in PARTS:
        found += _part_changes(part, _by_key(part, old[part]), _by_key(part, new[part]))
    return found


def same_figures(before: StandardDocument, after: StandardDocument) -> bool:
    """Whether two versions differ in wording only, so that one may correct the other in the middle of a year."""
    return all(change.text_only for change in changes(before, after))


def _is_text(change: FieldChange) -> bool:
    if change.field == "levels":
        return _without_titles(change.before) == _without_titles(change.after)
    return change.field in TEXTS


def _without_titles(levels: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [_without(level, ("title",)) for level in levels]


def _part_changes(part: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[StandardChange]:
    found = []
    for key, row in new.items():
        fields = _fields(old.get(key, {}), row)
        if fields:
            kind = ChangeKind.changed if key in old else ChangeKind.added
            found.append(StandardChange(kind, part, key, row["title"], fields))
    for key, row in old.items():
        if key not in new:
            found.append(StandardChange(ChangeKind.removed, part, key, row["title"], _fields(row, {})))
    return found


def _fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(field, old.get(field), new.get(field))
        for field in dict.fromkeys([*new, *old])
        if old.get(field) != new.get(field)
    )


def _by_key(part: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Rows by their code; a grade has none and is known by where it begins."""
    return {row["at_least" if part == "grades" else "code"]: row for row in rows}


def _without(data: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in fields}
