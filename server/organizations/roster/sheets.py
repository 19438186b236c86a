"""The two workbooks handed out: the blank template and the report of problems."""

from collections.abc import Iterable

from server.organizations.roster.rules import DATES, RosterColumn, RosterProblem
from server.spreadsheets.writing import Value, WrittenWorkbook, written

_TEMPLATE_ROWS = 2_000
_CHOICES = {
    RosterColumn.gender: ["男", "女"],
    RosterColumn.category: ["教职工", "学生", "离退休"],
    RosterColumn.stage: ["正式党员", "预备党员", "发展对象", "入党积极分子"],
}
_EXPLANATIONS: dict[RosterColumn, str] = {
    RosterColumn.name: "必填。少数民族姓名的间隔号用“·”。",
    RosterColumn.gender: "男或女。",
    RosterColumn.work_number: "必填。党员的唯一标识：再次导入时按它更新，不会重复。不要填写身份证号。",
    RosterColumn.phone: "11 位手机号，供微信手机号绑定；加密保存。填了几个的取第一个；不能用的略去，其余照常导入。",
    RosterColumn.general_branch: "所在党总支（分党委）全称；直属党支部留空。",
    RosterColumn.branch: "所在党支部全称。新党员必填；只导入一个支部时可留空。",
    RosterColumn.group: "所在党小组，没有则留空。",
    RosterColumn.joined_on: "如 2019-07-01、2019/7/1、2019年7月1日或 2019.07。",
    RosterColumn.full_member_on: "同上；预备党员留空。",
    RosterColumn.category: "教职工、学生或离退休。新党员必填。",
    RosterColumn.stage: "正式党员、预备党员；参照管理的发展对象、入党积极分子。新党员必填。",
    RosterColumn.duty: "如支部书记、支委。只作登记，系统中的角色须另行授予。",
    RosterColumn.effective_on: "人员类别有变化的，自哪一天起；留空的自导入当天起。原来登记有误的请上级更正。",
}


def template() -> bytes:
    """Return the blank roster: a sheet to fill in and a sheet of instructions."""
    return written(_template)


def _template(book: WrittenWorkbook) -> None:
    _roster_sheet(book)
    _instructions(book)


def _roster_sheet(book: WrittenWorkbook) -> None:
    sheet = book.sheet("党员名册")
    heading = book.style(bold=True, bg_color="#C00000", font_color="#FFFFFF", border=1)
    text = book.style(num_format="@")
    day = book.style(num_format="yyyy-mm-dd")
    for position, column in enumerate(RosterColumn):
        sheet.raw.set_column(position, position, 16, day if column in DATES else text)
        sheet.write(0, position, column.value, heading)
        if choices := _CHOICES.get(column):
            sheet.raw.data_validation(1, position, _TEMPLATE_ROWS, position, {"validate": "list", "source": choices})
    sheet.raw.freeze_panes(1, 2)


def _instructions(book: WrittenWorkbook) -> None:
    sheet = book.sheet("填写说明")
    wrap = book.style(text_wrap=True, valign="top")
    sheet.raw.set_column(0, 0, 16, wrap)
    sheet.raw.set_column(1, 1, 80, wrap)
    lines = [(column.value, words) for column, words in _EXPLANATIONS.items()]
    lines += [
        ("更新", "再次导入时，空白单元格不会清除已有内容；党支部有变动的，按导入当天办理组织关系转接，积分随人保留。"),
        ("工作表", "可以每个支部一张工作表，以党支部全称作工作表名，不填“党支部”一列；隐藏的工作表不读。"),
        ("限制", "每个文件不超过 10 MB、20,000 行。先预检，看清新增、变更和错误后再确认导入。"),
    ]
    for row, line in enumerate(lines):
        sheet.write_row(row, line)


def problem_report(problems: Iterable[RosterProblem]) -> bytes:
    """Return the problems as a sheet, by row."""
    rows = [
        (
            problem.sheet or "",
            problem.row,
            problem.column.value if problem.column else "整行",
            "已导入，请核对" if problem.warning else "未导入",
            problem.message,
        )
        for problem in sorted(problems, key=lambda problem: problem.place)
    ]
    return written(lambda book: _problems(book, rows), row_by_row=True)


def _problems(book: WrittenWorkbook, rows: Iterable[Iterable[Value]]) -> None:
    headings = ("工作表", "行号", "列", "结果", "问题")
    sheet = book.sheet("导入问题")
    sheet.table(headings, rows, head=book.bold)
    sheet.raw.set_column(0, 1, 12)
    sheet.raw.set_column(2, len(headings) - 1, 60)
