"""Good rows on their way to the database, phones sealed, and how chunks of them are stored."""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

from server.organizations.models import Category, Stage
from server.organizations.roster.rules import RosterColumn, RosterProblem, RosterRow
from server.privacy import PhoneVault

_DATES = ("joined_on", "full_member_on")
_COLUMNS = ("name", "gender", "joined_on", "full_member_on", "category", "stage", "duty")


@dataclass(frozen=True, slots=True)
class ImportEntry:
    """`columns` are Member's that the row fills; `phone_indexes` is the blind index under every key, current first.

    `effective_on` is the first day of another category, None for the day of the import.
    """

    number: int
    work_number: str
    general_branch: str | None
    branch: str | None
    group: str | None
    columns: dict[str, Any]
    phone_sealed: str | None
    phone_indexes: tuple[str, ...]
    sheet: str | None = None
    effective_on: date | None = None

    def problem(self, column: RosterColumn | None, message: str, *, warning: bool = False) -> RosterProblem:
        return RosterProblem(self.number, column, message, self.sheet, warning)


def seal(row: RosterRow, vault: PhoneVault) -> ImportEntry:
    filled = {name: getattr(row, name) for name in _COLUMNS}
    return ImportEntry(
        number=row.number,
        work_number=row.work_number,
        general_branch=row.general_branch,
        branch=row.branch,
        group=row.group,
        columns={name: value for name, value in filled.items() if value is not None},
        phone_sealed=vault.seal(row.phone) if row.phone else None,
        phone_indexes=tuple(vault.indexes(row.phone)) if row.phone else (),
        sheet=row.sheet,
        effective_on=row.effective_on,
    )


def pack(value: Any) -> bytes:
    """Return JSON, compressed."""
    return zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), level=1)


def unpack(blob: bytes | None) -> Any:
    return json.loads(zlib.decompress(blob)) if blob else []


def pack_entries(entries: Sequence[ImportEntry]) -> bytes:
    return pack([_as_json(entry) for entry in entries])


def unpack_entries(blob: bytes | None) -> list[ImportEntry]:
    return [_from_json(value) for value in unpack(blob)]


def _as_json(entry: ImportEntry) -> list[Any]:
    columns = {name: value.isoformat() if name in _DATES else value for name, value in entry.columns.items()}
    places = [entry.general_branch, entry.branch, entry.group]
    day = entry.effective_on.isoformat() if entry.effective_on else None
    phone = (entry.phone_sealed, entry.phone_indexes)
    return [entry.number, entry.work_number, *places, columns, *phone, entry.sheet, day]


def _from_json(value: list[Any]) -> ImportEntry:
    number, work_number, general_branch, branch, group, columns, sealed, indexes, *rest = value
    sheet, day = [*rest, None, None][:2]  # an import of an earlier version lacks one or both
    for name in _DATES:
        if name in columns:
            columns[name] = date.fromisoformat(columns[name])
    for name, kind in (("category", Category), ("stage", Stage)):
        if name in columns:
            columns[name] = kind(columns[name])
    effective_on = date.fromisoformat(day) if day else None
    places = (general_branch, branch, group)
    return ImportEntry(number, work_number, *places, columns, sealed, tuple(indexes), sheet, effective_on)


def pack_problems(problems: Iterable[RosterProblem]) -> bytes:
    return pack([list(astuple(problem)) for problem in problems])


def unpack_problems(blob: bytes | None) -> list[RosterProblem]:
    """`rest` is what an import of an earlier version did not store."""
    return [
        RosterProblem(row, RosterColumn(column) if column else None, message, *rest)
        for row, column, message, *rest in unpack(blob)
    ]
