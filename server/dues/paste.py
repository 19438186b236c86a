"""What an Excel selection pasted as text says: one payment per line, columns separated by tabs. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

COLUMNS = ("姓名或工号", "月份", "应交", "实交", "日期")
"""The order of columns where the first line is not a heading."""

_HEADINGS = {
    "姓名": "name",
    "姓名/工号": "who",
    "姓名或工号": "who",
    "工号": "number",
    "学号": "number",
    "工号/学号": "number",
    "月份": "month",
    "应交": "due",
    "应交金额": "due",
    "应交党费": "due",
    "实交": "paid",
    "实交金额": "paid",
    "实交党费": "paid",
    "日期": "paid_on",
    "交纳日期": "paid_on",
}
_DEFAULT_ORDER = {"who": 0, "month": 1, "due": 2, "paid": 3, "paid_on": 4}
_AMOUNT = re.compile(r"(\d{1,5})(?:\.(\d{1,2}))?", re.ASCII)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:\s+[\d:]+)?|(\d{4})(\d{2})(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?|(\d{4})[-/.年](\d{1,2})[-/.月]\d{1,2}日?(?:\s+[\d:]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class PastedRow:
    """One payment. `who` is a name or a 工号; `paid_cents` 0 and `paid_on` None mean not paid."""

    line: int
    who: str
    month: str
    due_cents: int
    paid_cents: int
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class PastedProblem:
    """What is wrong with one cell of a line; lines count from 1 as pasted."""

    line: int
    column: str
    message: str


class _Unreadable(Exception):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


def parse(text: str) -> list[PastedRow | PastedProblem]:
    """Return every pasted line as a payment or as what is wrong with it; blank lines and a heading are left out."""
    return list(_parsed(text))


def _parsed(text: str) -> Iterator[PastedRow | PastedProblem]:
    order: Mapping[str, int] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [unicodedata.normalize("NFC", cell).strip() for cell in line.split("\t")]
        if not any(cells):
            continue
        if order is None:
            order = _heading(cells)
            if order:
                continue
            order = _DEFAULT_ORDER
        try:
            yield _row(number, cells, order)
        except _Unreadable as problem:
            yield PastedProblem(number, problem.column, problem.message)


def _heading(cells: list[str]) -> dict[str, int]:
    """Return where each column stands if this line is a heading, else nothing."""
    order = {_HEADINGS[cell]: place for place, cell in enumerate(cells) if cell in _HEADINGS}
    return order if "month" in order and order.keys() & {"who", "name", "number"} else {}


def _row(number: int, cells: list[str], order: Mapping[str, int]) -> PastedRow:
    def cell(column: str) -> str:
        place = order.get(column, len(cells))
        return cells[place] if place < len(cells) else ""

    who = cell("number") or cell("who") or cell("name")
    if not who or len(who) > 64:
        raise _Unreadable("姓名或工号", "请填写姓名或工号")
    paid_cents = _cents("实交", cell("paid") or "0")
    paid_on = _date(cell("paid_on"))
    if (paid_on is None) != (paid_cents == 0):
        raise _Unreadable("日期", "实交金额与交纳日期应同时填写")
    return PastedRow(number, who, _month(cell("month")), _cents("应交", cell("due")), paid_cents, paid_on)


def _cents(column: str, text: str) -> int:
    plain = unicodedata.normalize("NFKC", text).replace(",", "").strip("¥元 ")
    match = _AMOUNT.fullmatch(plain)
    if match is None:
        raise _Unreadable(column, f"“{text[:20]}”不是金额，应如 20 或 20.50，最多两位小数")
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def _month(text: str) -> str:
    match = _MONTH.fullmatch(unicodedata.normalize("NFKC", text))
    year, month = (match[1] or match[3], match[2] or match[4]) if match else ("0", "0")
    if not (1 <= int(month) <= 12 and 2000 <= int(year) <= 2100):
        raise _Unreadable("月份", f"“{text[:20]}”不是月份，应如 2026-07")
    return f"{year}-{int(month):02}"


def _date(text: str) -> date | None:
    if not text:
        return None
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text))
    parts = [int(part) for part in match.groups() if part] if match else [0, 0, 0]
    try:
        return date(*parts)
    except ValueError:
        raise _Unreadable("日期", f"“{text[:20]}”不是日期，应如 2026-07-15") from None
