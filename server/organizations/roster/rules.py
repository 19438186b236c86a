"""Turn cells into a roster row, or into what is wrong with them, cell by cell. Pure: any cell value gets an answer."""

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from server.identity.rules import Role
from server.names import is_name, normal_name
from server.organizations.models import Category, Stage
from server.organizations.rules import date_problem, normal_title, normal_work_number
from server.privacy import masked_phone, normal_phone
from server.spreadsheets.cells import EPOCH_1900, Cell, Unread
from server.text import line, readable


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


REQUIRED = (RosterColumn.name, RosterColumn.work_number)
DATES = (RosterColumn.joined_on, RosterColumn.full_member_on)

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
}

CATEGORIES: dict[str, Category] = {
    "教职工": Category.staff,
    "学生": Category.student,
    "离退休": Category.retired,
    **dict.fromkeys(("教师", "教工", "职工", "在职", "在职教职工", "教职员工"), Category.staff),
    **dict.fromkeys(("本科生", "研究生", "硕士生", "博士生", "硕士研究生", "博士研究生"), Category.student),
    **dict.fromkeys(("退休", "离休", "离退休人员", "离退休教职工"), Category.retired),
}

STAGES: dict[str, Stage] = {
    "正式党员": Stage.full,
    "预备党员": Stage.probationary,
    "发展对象": Stage.prospect,
    "入党积极分子": Stage.activist,
    "正式": Stage.full,
    "预备": Stage.probationary,
    "积极分子": Stage.activist,
}

GENDERS = {"男": "男", "女": "女", "男性": "男", "女性": "女"}


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


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns are, and notes on those left aside."""

    positions: dict[RosterColumn, int]
    notes: tuple[str, ...]


class CellProblem(ValueError):
    """What is wrong with one cell, in Chinese; `taken` is what could be read of it anyway."""

    def __init__(self, message: str, taken: str | None = None) -> None:
        super().__init__(message)
        self.taken = taken


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
            values[column.name] = parse_date(cell, epoch) if column in DATES else _PARSERS[column](cell)
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


def text_of(cell: object) -> str:
    """Return a cell as trimmed text; whole numbers without `.0`. Raises CellProblem."""
    if cell is None:
        return ""
    if isinstance(cell, Unread):
        raise CellProblem(cell.why)
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise CellProblem("应填文字")
    if isinstance(cell, int | float) and abs(cell) >= 10**18:
        raise CellProblem("数字太长")
    if isinstance(cell, float):
        return _float_text(cell)
    try:
        text = line(str(cell))
    except ValueError as unreadable:
        raise CellProblem(str(unreadable)) from None
    if text.startswith("#") and text in _FORMULA_ERRORS:
        raise CellProblem("公式出错，请改为填写结果")
    return text


_FORMULA_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"}


def _float_text(number: float) -> str:
    if not math.isfinite(number):
        raise CellProblem("不是有效的数字")
    return str(int(number)) if number.is_integer() else repr(number)


def _limited(text: str, length: int) -> str:
    if len(text) > length:
        raise CellProblem(f"不能超过 {length} 个字")
    return text


def _name(cell: object) -> str | None:
    name = _limited(normal_name(text_of(cell)), 64)
    if name and not is_name(name):
        raise CellProblem("应填姓名")
    return name or None


def _work_number(cell: object) -> str | None:
    if isinstance(cell, int | float) and abs(cell) >= 10**15:
        raise CellProblem("数字太长，Excel 会丢失末几位，请把该列设为文本格式后重填")
    number = normal_work_number(text_of(cell))
    if re.fullmatch(r"\d{17}[\dX]", number):
        raise CellProblem("不要填写身份证号，请填工号或学号")
    if number and not re.fullmatch(r"[0-9A-Z_\-]{1,32}", number):
        raise CellProblem("只能由 1–32 位数字、字母、“-”或“_”组成")
    return number or None


_PHONE_SEPARATORS = re.compile(r"[/\\|、,，;；\n\r]|或")
_PHONE_IN_WORDS = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def _phone(cell: object) -> str | None:
    """Of several numbers the first usable one is taken, with a warning."""
    text = unicodedata.normalize("NFKC", text_of(cell))
    if not text:
        return None
    if phone := normal_phone(text):
        return phone
    parts = _PHONE_SEPARATORS.split(text)
    for phone in [*map(normal_phone, parts), *_PHONE_IN_WORDS.findall(text)]:
        if phone:
            raise CellProblem(f"不只是一个手机号，只取了 {masked_phone(phone)}，请核对", taken=phone)
    raise CellProblem("应为 11 位手机号")


def _title(cell: object) -> str | None:
    return _limited(normal_title(text_of(cell)), 128) or None


def _duty(cell: object) -> str | None:
    return _limited(" ".join(text_of(cell).split()), 64) or None


def _choice(cell: object, choices: Mapping[str, Any], expected: str) -> Any:
    text = normal_title(text_of(cell))
    if not text:
        return None
    if text not in choices:
        raise CellProblem(f"应为{expected}")
    return choices[text]


def _gender(cell: object) -> Any:
    return _choice(cell, GENDERS, "“男”或“女”")


def _category(cell: object) -> Any:
    return _choice(cell, CATEGORIES, "“教职工”“学生”或“离退休”")


def _stage(cell: object) -> Any:
    return _choice(cell, STAGES, "“正式党员”“预备党员”“发展对象”或“入党积极分子”")


_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[T ].*)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_EXPECTED_DATE = "日期应写成 2019-07-01、2019/7/1、2019年7月1日或 2019.07"


def parse_date(cell: object, epoch: date = EPOCH_1900) -> date | None:
    """Return the day in a date cell, a number of days since `epoch` or text; a month alone means its first day.

    Raises CellProblem, also for a number like 2019.1, which may have been 2019.10.
    """
    if isinstance(cell, datetime):
        return _plausible(cell.date())
    if isinstance(cell, date):
        return _plausible(cell)
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _number_as_date(cell, epoch)
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text_of(cell))).strip()
    compact = text.replace(" ", "") if ":" not in text else text
    if not compact:
        return None
    return _date_text(compact)


def _date_text(text: str) -> date:
    match = _DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if match is None:
        raise CellProblem(_EXPECTED_DATE)
    year, month, day = (int(part) if part else 1 for part in match.groups())
    try:
        return _plausible(date(year, month, day))
    except ValueError as error:
        raise error if isinstance(error, CellProblem) else CellProblem("没有这一天") from None


def _number_as_date(number: float, epoch: date) -> date:
    text = text_of(number)
    if isinstance(number, float) and not number.is_integer():
        if re.fullmatch(r"(19|20)\d\d\.\d{2}", text):
            return _date_text(text)
        if re.fullmatch(r"(19|20)\d\d\.\d", text):
            raise CellProblem("无法区分 1 月与 10 月，请写成 2019-10-01 的形式")
        number = math.floor(number)
    if _COMPACT_DATE.fullmatch(text):
        return _date_text(text)
    if 3000 < number < 80000:
        return _plausible(epoch + timedelta(days=int(number)))
    raise CellProblem(_EXPECTED_DATE)


def _plausible(day: date) -> date:
    if not date(1921, 7, 1) <= day <= date(2100, 12, 31):
        raise CellProblem("日期不合理")
    return day


_PARSERS = {
    RosterColumn.name: _name,
    RosterColumn.gender: _gender,
    RosterColumn.work_number: _work_number,
    RosterColumn.phone: _phone,
    RosterColumn.general_branch: _title,
    RosterColumn.branch: _title,
    RosterColumn.group: _title,
    RosterColumn.category: _category,
    RosterColumn.stage: _stage,
    RosterColumn.duty: _duty,
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
