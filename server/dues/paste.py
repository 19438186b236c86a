"""What an Excel selection pasted as text says: one payment per line, split at tabs or several spaces. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from server.dues import cells
from server.dues.cells import Period, UnreadableCell

T = TypeVar("T")

COLUMNS = ("姓名或工号", "月份", "应交", "实交", "日期")
"""The order of columns where no line is a heading."""

_TITLES = {"who": "姓名或工号", "month": "月份", "due": "应交", "paid": "实交", "paid_on": "日期"}
_HEADINGS = {
    heading: column
    for column, headings in {
        "name": "姓名 党员姓名",
        "who": "姓名/工号 姓名或工号 工号或姓名",
        "number": "工号 学号 工号/学号 学号/工号",
        "month": "月份 所属月份 党费月份 交费月份 缴费月份 交纳月份",
        "due": "应交 应缴 应交金额 应缴金额 应交党费 应缴党费 应交额 应缴额",
        "paid": "实交 实缴 实交金额 实缴金额 实交党费 实缴党费 实交额 实缴额 已交 已缴",
        "paid_on": "日期 交纳日期 缴纳日期 交费日期 缴费日期 交款日期 交纳时间 缴纳时间",
    }.items()
    for heading in headings.split()
}
_WHO = frozenset({"who", "name", "number"})
_UNIT = re.compile(r"\s|\(元\)|:$")
_TOTAL = re.compile(r"(?:本页|本月|本季|本支部|支部)?(?:合计|小计|总计|共计|累计)(?:金额|人数)?")
_TABLE_TITLE = re.compile(r"党费|党支部|明细表|登记表|统计表")
_PERIOD = re.compile(r"(20\d{2})\s*年(?:\s*(\d{1,2})\s*月)?", re.ASCII)
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060"
_LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class PastedRow:
    """One payment. `who` is a name or a 工号; `name` stands beside a 工号. `paid_cents` 0, `paid_on` None: not paid."""

    line: int
    who: str
    month: str
    due_cents: int
    paid_cents: int
    paid_on: date | None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class PastedProblem:
    """What is wrong with one cell of a line; lines count from 1 as pasted."""

    line: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class PastedNote:
    """A line that is no payment, and what it was taken for."""

    line: int
    message: str


class _BadCell(Exception):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


@dataclass(frozen=True, slots=True)
class _Order:
    """Where each column stands, how many there are, and which stands twice."""

    places: dict[str, int]
    count: int
    twice: frozenset[str] = field(default_factory=frozenset)


_USUAL = _Order({"who": 0, "month": 1, "due": 2, "paid": 3, "paid_on": 4}, len(COLUMNS))

Pasted = PastedRow | PastedProblem | PastedNote


def lines_of(text: str) -> list[str]:
    """Split as Excel does: by line ends alone."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def parse(text: str, month: str | None = None) -> list[Pasted]:
    """Return every line that is not blank: a payment, what is wrong with it, or what it is instead.

    `month` (YYYY-MM) completes lines that leave year or month out; without it a title above the table does.
    """
    return list(_parsed(text, Period(int(month[:4]), int(month[5:])) if month else None))


def _parsed(text: str, chosen: Period | None) -> Iterator[Pasted]:
    order, period, begun = _USUAL, chosen, False
    for number, line in enumerate(lines_of(text), start=1):
        row = _cells(line)
        if not any(row):
            continue
        if heading := _heading(row):
            order, begun = heading, True
            yield PastedNote(number, _about(row))
        elif not begun and len(told := [cell for cell in row if cell]) == 1 and _TABLE_TITLE.search(told[0]):
            period = chosen or _period(told[0]) or period
            yield PastedNote(number, "表名，不登记")
        else:
            begun = True
            yield _line(number, line, row, order, period)


def _line(number: int, line: str, row: list[str], order: _Order, period: Period | None) -> Pasted:
    if _is_total(row, order):
        return PastedNote(number, "合计行，不登记")
    try:
        _check_count(line, row, order)
        return _row(number, row, order, period)
    except _BadCell as problem:
        return PastedProblem(number, problem.column, problem.message)


def _cells(line: str) -> list[str]:
    """Split at tabs; a line without any at several spaces, or else at single ones."""
    if "\t" in line:
        parts = line.split("\t")
    else:
        parts = re.split(r"\s{2,}", line.strip())
        parts = line.split() if len(parts) == 1 else parts
    return [unicodedata.normalize("NFC", part).strip().strip(_INVISIBLE).strip() for part in parts]


def _heading(row: list[str]) -> _Order | None:
    """Return the order of columns if this line is a heading."""
    found = [(_HEADINGS[name], place) for place, cell in enumerate(row) if (name := _heading_name(cell)) in _HEADINGS]
    columns = [column for column, _place in found]
    if not _WHO & set(columns) or len(set(columns)) == 1:
        return None
    return _Order(dict(found), len(row), frozenset(column for column in columns if columns.count(column) > 1))


def _heading_name(cell: str) -> str:
    return _UNIT.sub("", unicodedata.normalize("NFKC", cell))


def _about(row: list[str]) -> str:
    unread = [cell[:20] for cell in row if cell and _heading_name(cell) not in _HEADINGS]
    return f"标题行；没有读取的列：{'、'.join(unread)}" if unread else "标题行"


def _period(title: str) -> Period | None:
    """Return the only period a title names."""
    found = {match.groups() for match in _PERIOD.finditer(unicodedata.normalize("NFKC", title))}
    if len(found) != 1:
        return None
    ((year, number),) = found
    return Period(int(year), int(number) if number and 1 <= int(number) <= 12 else None)


def _is_total(row: list[str], order: _Order) -> bool:
    first = next(cell for cell in row if cell)
    people = [row[place] for column, place in order.places.items() if column in _WHO and place < len(row)]
    return any(_TOTAL.fullmatch(_heading_name(cell)) for cell in (first, *people))


def _check_count(line: str, row: list[str], order: _Order) -> None:
    """Raise if cells do not fit: with tabs, which show empty cells, the last may be missing; with spaces none may."""
    if "\t" not in line and len(row) != order.count:
        message = f"这一行看得出 {len(row)} 列，应有 {order.count} 列；请从 Excel 直接复制，不要用空格代替空着的格"
        raise _BadCell("分列", message)
    if extra := [cell for cell in row[order.count :] if cell]:
        raise _BadCell("分列", f"多出一列“{extra[0][:20]}”，请加上标题行，或只复制{'、'.join(COLUMNS)}五列")


def _row(number: int, row: list[str], order: _Order, period: Period | None) -> PastedRow:
    def cell(column: str, *, required: bool = True) -> str:
        if column in order.twice:
            raise _BadCell(_TITLES.get(column, _TITLES["who"]), "标题行里这一列有两个，看不出按哪一个，请删去一个")
        if required and column not in order.places:
            raise _BadCell(_TITLES[column], f"标题行没有“{_TITLES[column]}”一列")
        place = order.places.get(column, len(row))
        return row[place] if place < len(row) else ""

    by_number, name = cell("number", required=False), cell("name", required=False)
    who = by_number or cell("who", required=False) or name
    if not who or len(who) > _LONGEST_NAME:
        raise _BadCell(_TITLES["who"], "请填写姓名或工号")
    month = _read("month", lambda text: cells.month(text, period), cell("month", required=False))
    due_cents = _read("due", cells.cents, cell("due"))
    paid_cents = _read("paid", cells.cents, cell("paid") or "0")
    paid_on = _read("paid_on", cells.day, cell("paid_on"))
    if (paid_on is None) != (paid_cents == 0):
        raise _BadCell(_TITLES["paid_on"], "实交金额与交纳日期应同时填写")
    return PastedRow(number, who, month, due_cents, paid_cents, paid_on, name if by_number and name else None)


def _read(column: str, reader: Callable[[str], T], text: str) -> T:
    try:
        return reader(text)
    except UnreadableCell as problem:
        raise _BadCell(_TITLES[column], str(problem)) from None
