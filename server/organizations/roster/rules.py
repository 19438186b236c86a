"""Turn cells into a roster row, or into what is wrong with them, cell by cell. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from server.identity.rules import Role
from server.organizations.models import Category, Stage
from server.organizations.roster.cells import (
    CellProblem,
    read_category,
    read_date,
    read_duty,
    read_gender,
    read_name,
    read_phone,
    read_stage,
    read_title,
    read_work_number,
)
from server.organizations.rules import date_problem, normal_title
from server.spreadsheets.cells import EPOCH_1900, Cell
from server.text import readable


class RosterColumn(StrEnum):
    """The columns of a roster, as the template heads them."""

    name = "姓名"
    gender = "性别"
    work_number = "工号/学号"
    phone = "手机号"
    general_branch = "党总支"
    branch = "党支部"
    group = "党小组"
    joined_on = "入党日期"
    full_member_on = "转正日期"
    category = "人员类别"
    stage = "党员类别"
    duty = "职务"
    effective_on = "生效日期"


REQUIRED = (RosterColumn.name, RosterColumn.work_number)
DATES = (RosterColumn.joined_on, RosterColumn.full_member_on, RosterColumn.effective_on)

HEADINGS: dict[str, RosterColumn] = {
    **{column.value: column for column in RosterColumn},
    **dict.fromkeys(("党员姓名",), RosterColumn.name),
    **dict.fromkeys(
        ("工号", "学号", "工号或学号", "学号/工号", "职工号", "教工号", "工号学号"), RosterColumn.work_number
    ),
    **dict.fromkeys(("手机", "手机号码", "联系电话", "电话", "移动电话"), RosterColumn.phone),
    **dict.fromkeys(("总支", "分党委", "所在党总支", "党总支分党委", "党总支/分党委"), RosterColumn.general_branch),
    **dict.fromkeys(("支部", "所在党支部", "支部名称", "党支部名称"), RosterColumn.branch),
    **dict.fromkeys(("小组", "所在党小组"), RosterColumn.group),
    **dict.fromkeys(("入党时间", "加入党组织日期", "加入中共组织日期"), RosterColumn.joined_on),
    **dict.fromkeys(("转正时间", "转为正式党员日期"), RosterColumn.full_member_on),
    **dict.fromkeys(("人员类型", "人员身份"), RosterColumn.category),
    **dict.fromkeys(("党员类型", "党员身份"), RosterColumn.stage),
    **dict.fromkeys(("党内职务", "党务职务"), RosterColumn.duty),
    **dict.fromkeys(("变更日期", "变动日期"), RosterColumn.effective_on),
}


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """What is wrong, and where. `column` is None if it concerns the whole row, `sheet` if only one was read.

    After a warning the row is taken anyway, without the cell or with what could be read of it.
    """

    row: int
    column: RosterColumn | None
    message: str
    sheet: str | None = None
    warning: bool = False

    @property
    def place(self) -> tuple[str, int]:
        return self.sheet or "", self.row

    @property
    def text(self) -> str:
        column = f"「{self.column.value}」" if self.column else ""
        return f"{row_words(self.row, self.sheet)}{column}：{self.message}{'，其余照常导入' if self.warning else ''}"


def row_words(row: int, sheet: str | None) -> str:
    return f"“{sheet}”第 {row} 行" if sheet else f"第 {row} 行"


def errors_of(problems: Iterable[RosterProblem]) -> list[RosterProblem]:
    """Return the problems that cost a row."""
    return [problem for problem in problems if not problem.warning]


def settled(problems: Collection[RosterProblem]) -> list[RosterProblem]:
    """Return problems by place, without the warnings of rows that are lost anyway."""
    lost = {problem.place for problem in errors_of(problems)}
    return sorted(
        (replace(problem, warning=problem.warning and problem.place not in lost) for problem in problems),
        key=lambda problem: problem.place,
    )


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One good row. Empty cells are None and leave what is stored as it is."""

    number: int
    name: str
    work_number: str
    sheet: str | None = None
    gender: str | None = None
    phone: str | None = None
    general_branch: str | None = None
    branch: str | None = None
    group: str | None = None
    joined_on: date | None = None
    full_member_on: date | None = None
    category: Category | None = None
    stage: Stage | None = None
    duty: str | None = None
    effective_on: date | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns are, and notes on those left aside."""

    positions: dict[RosterColumn, int]
    notes: tuple[str, ...]


def find_header(cells: Sequence[object]) -> Header | None:
    """Return the columns when this row is the heading: it names at least 姓名 and 工号/学号."""
    positions: dict[RosterColumn, int] = {}
    notes = []
    for position, cell in enumerate(cells):
        heading = heading_of(cell)
        if not heading:
            continue
        column = HEADINGS.get(heading)
        if column is None:
            notes.append(f"列「{heading[:20]}」不在模板中，已忽略")
        elif column in positions:
            notes.append(f"列「{column.value}」出现多次，只取第一列")
        else:
            positions[column] = position
    return Header(positions, tuple(notes[:20])) if all(column in positions for column in REQUIRED) else None


def heading_of(cell: object) -> str:
    plain = normal_title(readable(cell)).replace("*", "") if isinstance(cell, str) else ""
    return plain if plain in HEADINGS else re.sub(r"[(\[【].*?[)\]】]", "", plain)


def is_blank(cells: Iterable[object]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def parse_row(
    number: int,
    cells: Sequence[Cell],
    positions: Mapping[RosterColumn, int],
    *,
    today: date,
    sheet: str | None = None,
    epoch: date = EPOCH_1900,
) -> tuple[RosterRow | None, list[RosterProblem]]:
    """Return the row (None if a problem costs it) and its problems. `number` is the row's number in the sheet."""
    values: dict[str, Any] = {}
    problems: list[RosterProblem] = []

    def note(column: RosterColumn, message: str, *, warning: bool = False) -> None:
        problems.append(RosterProblem(number, column, message, sheet, warning))

    for column, position in positions.items():
        cell = cells[position] if position < len(cells) else None
        try:
            values[column.name] = read_date(cell, epoch) if column in DATES else _READERS[column](cell)
        except CellProblem as problem:
            values[column.name] = problem.taken
            note(column, str(problem), warning=column is RosterColumn.phone)
    wrong = {problem.column for problem in problems}
    for column in REQUIRED:
        if column not in wrong and not values.get(column.name):
            note(column, "不能为空")
    if errors_of(problems):
        return None, settled(problems)
    if why := date_problem(joined_on=values.get("joined_on"), full_member_on=values.get("full_member_on"), today=today):
        note(RosterColumn.joined_on if why.startswith("入党") else RosterColumn.full_member_on, why)
        return None, settled(problems)
    return RosterRow(number=number, sheet=sheet, **values), problems


_READERS = {
    RosterColumn.name: read_name,
    RosterColumn.gender: read_gender,
    RosterColumn.work_number: read_work_number,
    RosterColumn.phone: read_phone,
    RosterColumn.general_branch: read_title,
    RosterColumn.branch: read_title,
    RosterColumn.group: read_title,
    RosterColumn.category: read_category,
    RosterColumn.stage: read_stage,
    RosterColumn.duty: read_duty,
}


def suggested_role(duty: str) -> Role | None:
    """Return the role that a duty's words suggest; roles themselves are only given explicitly."""
    if "副书记" in duty:
        return None if "总支" in duty else Role.deputy_secretary
    if "总支书记" in duty or "分党委书记" in duty:
        return Role.general_secretary
    if "书记" in duty:
        return Role.secretary
    if "小组长" in duty or "小组组长" in duty:
        return Role.group_leader
    return Role.committee_member if "支委" in duty or duty.endswith("委员") else None
