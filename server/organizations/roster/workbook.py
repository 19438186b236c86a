"""Turn the sheets of a file into the rows of a roster, with a note on everything that was left aside."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import zip_longest
from typing import IO

from server.errors import DomainError
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.models import OrganizationKind
from server.organizations.roster.rules import (
    HEADINGS,
    REQUIRED,
    Header,
    RosterColumn,
    RosterProblem,
    RosterRow,
    find_header,
    heading_of,
    is_blank,
    parse_row,
    row_words,
)
from server.organizations.rules import likely_kind, normal_title
from server.spreadsheets.cells import Row, Sheet
from server.spreadsheets.error_codes import SpreadsheetErrorCode
from server.spreadsheets.reading import read_sheets

MAX_ROWS = 20_000
HEADER_SEARCH_ROWS = 20
_NAMED_ROWS = 10


@dataclass(slots=True)
class ParsedRoster:
    """What a file holds: good rows in order, problems, and notes on what was read and what was left aside."""

    rows: list[RosterRow] = field(default_factory=list)
    problems: list[RosterProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    total: int = 0


def read_roster(file: IO[bytes], *, today: date) -> ParsedRoster:
    """Parse a roster from every visible sheet that has a heading.

    Raises DomainError `no_heading`, `too_many_rows`, `empty_roster`, or as `read_sheets`.
    """
    sheets = read_sheets(file)
    found = [(sheet, *heading) for sheet in sheets if (heading := _seek_heading(sheet))]
    passed_over = _passed_over(sheets, [sheet for sheet, *_ in found])
    if not found:
        message = "没有找到表头：前 20 行中应有一行写明“姓名”“工号/学号”等列名，可下载空白模板"
        raise DomainError(OrganizationErrorCode.no_heading, "；".join([message, *passed_over]))
    reading = _Reading(today, several=len(found) > 1)
    for sheet, header, rows in found:
        reading.take(sheet, header, rows)
    if reading.parsed.total == 0:
        raise DomainError(OrganizationErrorCode.empty_roster, "；".join(["表头之下没有内容", *passed_over]))
    reading.parsed.notes += passed_over
    return reading.parsed


def _passed_over(sheets: Sequence[Sheet], read: Sequence[Sheet]) -> list[str]:
    """Say which sheets were not read, and why. A text file has one, without a title."""
    return [
        f"工作表“{sheet.title}”{'是隐藏的' if sheet.hidden else '没有表头' if sheet.rows else '是空的'}，未读"
        for sheet in sheets
        if sheet.title is not None and not any(sheet is other for other in read)
    ]


def _seek_heading(sheet: Sheet) -> tuple[Header, list[tuple[int, Row]]] | None:
    """Return the heading, in one line or two, and the rows below it."""
    for index, (_, cells) in enumerate(sheet.rows[:HEADER_SEARCH_ROWS]):
        if header := find_header(cells):
            below = sheet.rows[index + 1 :]
            if not below or not is_second_heading(below[0][1]):
                return header, below
            joined = [upper if is_blank([lower]) else lower for upper, lower in zip_longest(cells, below[0][1])]
            return find_header(joined) or header, below[1:]
    return None


class _Reading:
    """One pass through the sheets: who each row means, who came twice, which rows are no person."""

    def __init__(self, today: date, *, several: bool) -> None:
        self.parsed = ParsedRoster()
        self._today, self._several = today, several
        self._seen: dict[str, RosterRow] = {}

    def take(self, sheet: Sheet, header: Header, rows: Sequence[tuple[int, Row]]) -> None:
        before, repeated = self.parsed.total, 0
        branch = _branch_named_by(sheet, header)
        left_out: dict[str, list[int]] = {}
        notes = list(header.notes)
        for number, cells in rows:
            if (again := find_header(cells)) is not None:
                header = again
                left_out.setdefault("又是表头", []).append(number)
                continue
            if is_remark(cells, header.positions):
                left_out.setdefault("没有姓名或工号/学号，不是党员", []).append(number)
                continue
            self.parsed.total += 1
            if self.parsed.total > MAX_ROWS:
                raise DomainError(SpreadsheetErrorCode.too_many_rows, f"名册不能超过 {MAX_ROWS} 行，请分批导入")
            row, problems = parse_row(
                number,
                cells,
                header.positions,
                today=self._today,
                sheet=sheet.title if self._several else None,
                epoch=sheet.epoch,
            )
            self.parsed.problems += problems
            if row is not None:
                repeated += self._keep(replace(row, branch=branch) if branch else row)
        self._say(sheet, self.parsed.total - before, [*notes, *_branch_note(branch), *_left_out(left_out, repeated)])

    def _keep(self, row: RosterRow) -> bool:
        """Keep a row unless its number came before; return whether it was exactly the same row."""
        earlier = self._seen.setdefault(row.work_number, row)
        if earlier is row:
            self.parsed.rows.append(row)
        elif replace(row, number=earlier.number, sheet=earlier.sheet) == earlier:
            return True
        else:
            place = row_words(earlier.number, earlier.sheet)
            message = f"工号/学号与{place}重复，以{place}为准"
            self.parsed.problems.append(RosterProblem(row.number, None, message, row.sheet))
        return False

    def _say(self, sheet: Sheet, rows: int, notes: Sequence[str]) -> None:
        if sheet.title is not None:
            self.parsed.notes.append(f"工作表“{sheet.title}”读了 {rows} 行")
        where = f"“{sheet.title}”：" if self._several else ""
        self.parsed.notes += [f"{where}{note}" for note in notes]


def _branch_named_by(sheet: Sheet, header: Header) -> str | None:
    """One sheet per branch: if no column names the branch, the sheet does."""
    if RosterColumn.branch in header.positions or sheet.title is None:
        return None
    title = normal_title(sheet.title)
    return title if likely_kind(title) is OrganizationKind.branch else None


def _branch_note(branch: str | None) -> list[str]:
    return [f"没有“党支部”一列，以工作表名“{branch}”为党支部"] if branch else []


def _left_out(rows: dict[str, list[int]], repeated: int) -> list[str]:
    notes = []
    for why, numbers in rows.items():
        named = "、".join(map(str, numbers[:_NAMED_ROWS]))
        rest = f"等 {len(numbers)} 行" if len(numbers) > _NAMED_ROWS else "行"
        notes.append(f"第 {named} {rest}{why}，未读")
    return [*notes, *([f"{repeated} 行与前面的完全相同，只导入一次"] if repeated else [])]


def is_second_heading(cells: Iterable[object]) -> bool:
    """Whether a row holds nothing but names of columns: the lower line of a heading in two lines."""
    filled = [cell for cell in cells if not is_blank([cell])]
    return bool(filled) and all(heading_of(cell) in HEADINGS for cell in filled)


_SUM = re.compile(r"(合|总|共|小)计|总数|人数")
_REMARK = re.compile(r"注|备注|说明|共\s*\d|填表|制表|填报|审核|审批|负责人|联系人|单位|日期|截至|以上")
_SENTENCE = re.compile(r"[:：,，。;；、\d]")


def is_remark(cells: Sequence[object], positions: Mapping[RosterColumn, int]) -> bool:
    """Whether a row is not a person but a note, a sum or a signature: those have a number only by chance."""
    name, number = (_text(cells[positions[column]]) if positions[column] < len(cells) else "" for column in REQUIRED)
    first = next(filter(None, map(_text, cells)), "")
    if _SUM.match(first) or _SUM.match(name):
        return True
    if number and not _REMARK.match(number):
        return False
    return not name or bool(_REMARK.match(first) or _SENTENCE.search(name))


def _text(cell: object) -> str:
    """Return text trimmed, "?" for anything else."""
    return cell.strip() if isinstance(cell, str) else "" if cell is None else "?"
