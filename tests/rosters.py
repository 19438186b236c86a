"""Rosters for tests and benchmarks, as people make them in Excel."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook

HEADINGS = (
    *("姓名", "性别", "工号/学号", "手机号", "党总支", "党支部"),
    *("党小组", "入党日期", "转正日期", "人员类别", "党员类别", "职务", "生效日期"),
)
GENERAL_BRANCH = "计算机科学与技术学院党总支"
BRANCH = "教工第一党支部"


def person(name: str, work_number: str, **changes: Any) -> dict[str, Any]:
    """Return a complete row of 教工第一党支部, with changes by heading."""
    return {
        "姓名": name,
        "性别": "女",
        "工号/学号": work_number,
        "党总支": GENERAL_BRANCH,
        "党支部": BRANCH,
        "入党日期": "2015-07-01",
        "转正日期": "2016-07-01",
        "人员类别": "教职工",
        "党员类别": "正式党员",
        **changes,
    }


def workbook(
    rows: Iterable[Mapping[str, Any]],
    *,
    headings: Sequence[str] = HEADINGS,
    title: str | None = None,
) -> io.BytesIO:
    """Return an .xlsx with these rows below the headings, and a title above them if given."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("名册")
    if title:
        sheet.append([title])
    sheet.append(list(headings))
    for row in rows:
        sheet.append([row.get(heading) for heading in headings])
    buffer = io.BytesIO()
    book.save(buffer)
    buffer.seek(0)
    return buffer
