"""What a spreadsheet holds after reading: sheets of rows of cells, each as a person sees it."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TypeAlias

from server.errors import DomainError
from server.spreadsheets.error_codes import SpreadsheetErrorCode


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell whose content is not in the file; `why` names the cell."""

    why: str


Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | Unread | None
Row: TypeAlias = list[Cell]

EPOCH_1900 = date(1899, 12, 30)
EPOCH_1904 = date(1904, 1, 1)

MAX_CELLS = 1_500_000
"""For a whole file, counted from A1 to the last cell that holds something, sheet by sheet."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`rows` are those that hold something, by their number; a hidden sheet has none. Days count from `epoch`."""

    title: str | None
    rows: list[tuple[int, Row]]
    hidden: bool = False
    epoch: date = EPOCH_1900


def numbered(rows: list[Row]) -> list[tuple[int, Row]]:
    """Return the rows that hold something with their numbers."""
    return [(number, row) for number, row in enumerate(rows, start=1) if any(cell not in ("", None) for cell in row)]


def fill_down(rows: list[Row], top: int, bottom: int, column: int) -> int:
    """Copy the top cell of a merged range into its other rows, and return how many those are."""
    below = rows[top + 1 : bottom + 1]
    if below and column < len(rows[top]):
        for row in below:
            row.extend([None] * (column + 1 - len(row)))
            row[column] = rows[top][column]
    return len(below)


def address(row: int, column: int) -> str:
    """Return C5 for row 4, column 2 (both from 0)."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"


def no_result(row: int, column: int) -> Unread:
    return Unread(f"单元格 {address(row, column)} 的公式没有保存结果，请在 Excel 中打开并保存后再上传，或改为填写结果")


def failed(row: int, column: int) -> Unread:
    return Unread(f"单元格 {address(row, column)} 的公式出错，请改为填写结果")


class Area:
    """Counts the cells that a reader will create, before it creates them."""

    def __init__(self) -> None:
        self.cells = 0

    def add(self, cells: int, row: int, column: int) -> None:
        """Count cells that end at this place. Raises DomainError `file_too_large`, which names the place."""
        self.cells += cells
        if self.cells > MAX_CELLS:
            place = address(row, column)
            raise DomainError(
                SpreadsheetErrorCode.file_too_large, f"表格太大：内容一直到单元格 {place}，请删除名册以外的内容后再上传"
            )


_TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|\*.|\[[^\]]*\]|(?P<digit>[0#])|(?P<literal>[-+() ])')
_MAX_EXACT = 10**15


def shown(number: float, code: str) -> str | None:
    """Return a whole number as its format shows it: 123 in 00000 is 00123. None if the format adds nothing."""
    template = _template(code)
    if template is None or not 0 <= number < _MAX_EXACT or not float(number).is_integer():
        return None
    places = sum(kind == "digit" for kind, _ in template)
    digits = str(int(number)).zfill(template.count(("digit", "0"))).rjust(places, "\0")
    surplus = len(digits) - places
    written = iter([digits[: surplus + 1], *digits[surplus + 1 :]])
    return "".join(next(written) if kind == "digit" else text for kind, text in template).replace("\0", "")


@lru_cache(maxsize=256)
def _template(code: str) -> tuple[tuple[str, str], ...] | None:
    """Return the digits and literals of a format that pads or surrounds a whole number, else None."""
    parts: list[tuple[str, str]] = []
    position = 0
    while position < len(code) and code[position] != ";":
        match = _TOKEN.match(code, position)
        if match is None:
            return None
        if match.lastgroup:
            parts.append((match.lastgroup, match[match.lastgroup]))
        position = match.end()
    zeros = parts.count(("digit", "0"))
    literals = "".join(text for kind, text in parts if kind != "digit").strip()
    return tuple(parts) if zeros > 1 or (zeros and literals) else None
