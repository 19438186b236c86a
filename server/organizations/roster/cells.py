"""One cell of a roster as what it says, or what is wrong with it. Pure: any cell value gets an answer."""

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from server.names import is_name, normal_name
from server.organizations.models import Category, Stage
from server.organizations.rules import normal_title, normal_work_number
from server.privacy import masked_phone, normal_phone
from server.spreadsheets.cells import EPOCH_1900, Unread
from server.text import line

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


class CellProblem(ValueError):
    """What is wrong with one cell, in Chinese; `taken` is what could be read of it anyway."""

    def __init__(self, message: str, taken: str | None = None) -> None:
        super().__init__(message)
        self.taken = taken


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


def read_name(cell: object) -> str | None:
    name = _limited(normal_name(text_of(cell)), 64)
    if name and not is_name(name):
        raise CellProblem("应填姓名")
    return name or None


def read_work_number(cell: object) -> str | None:
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


def read_phone(cell: object) -> str | None:
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


def read_title(cell: object) -> str | None:
    return _limited(normal_title(text_of(cell)), 128) or None


def read_duty(cell: object) -> str | None:
    return _limited(" ".join(text_of(cell).split()), 64) or None


def _choice(cell: object, choices: Mapping[str, Any], expected: str) -> Any:
    text = normal_title(text_of(cell))
    if not text:
        return None
    if text not in choices:
        raise CellProblem(f"应为{expected}")
    return choices[text]


def read_gender(cell: object) -> Any:
    return _choice(cell, GENDERS, "“男”或“女”")


def read_category(cell: object) -> Any:
    return _choice(cell, CATEGORIES, "“教职工”“学生”或“离退休”")


def read_stage(cell: object) -> Any:
    return _choice(cell, STAGES, "“正式党员”“预备党员”“发展对象”或“入党积极分子”")


_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?(?:[T ].*)?")
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_EXPECTED_DATE = "日期应写成 2019-07-01、2019/7/1、2019年7月1日或 2019.07"


def read_date(cell: object, epoch: date = EPOCH_1900) -> date | None:
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
