"""Attendance as Excel for the wall and the file: a month's table and a roster to be signed. Black and white, A4."""

import io
from collections.abc import Callable, Sequence
from typing import Any

from server.days import SHANGHAI
from server.meetings.attendance.rules import AttendanceTally
from server.meetings.attendance.service import Appearance, AttendanceTable, SignedRoster, head_count, tally_of
from server.meetings.rules import (
    KIND_TITLES,
    LEAVE_KIND_TITLES,
    STANDING_TITLES,
    AttendanceStanding,
    LeaveStatus,
    MeetingKind,
    MeetingStatus,
    Via,
)
from server.organizations.models import Member, OrganizationKind
from server.organizations.roster.sheets import guarded
from server.presentation import spoken_time
from server.standards.rules import LeaveKind

Value = int | str

SYMBOLS = {
    AttendanceStanding.present: "√",
    AttendanceStanding.late: "迟",
    AttendanceStanding.made_up: "补",
    AttendanceStanding.held: "待",
    AttendanceStanding.on_leave: "假",
    AttendanceStanding.expected: "…",
    AttendanceStanding.absent: "×",
}
NOT_INVITED = "—"
LEGEND = "√ 出席　迟 迟到　补 已补课　假 请假　× 缺席　待 签到待确认　… 签到未结束　（ ）列席　— 不在应到名单"
_VIA_TITLES = {Via.qr: "扫码", Via.digits: "数字码", Via.manual: "补录", Via.elsewhere: "异地参加"}
_SIGNED_COLUMNS = ("序号", "姓名", "应到/列席", "状态", "签到时间", "方式", "备注")
_SIGNED_WIDTHS = (6, 12, 10, 9, 12, 18, 22)
_TALLY_COLUMNS = ("应到", "实到", "补课", "请假", "缺席", "出勤率")
_A4 = 9
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def month_sheet(table: AttendanceTable) -> bytes:
    """Return an organization's month: members by meetings, what each attended, and each meeting's counts."""
    return _book("出勤表", lambda page: _fill_month(page, table))


def roster_sheet(signed: SignedRoster) -> bytes:
    """Return 签到表, A4 upright, with the line on which the secretary signs."""
    return _book("签到表", lambda page: _fill_roster(page, signed))


class _SheetPage:
    """One sheet: every text goes through the guard against formulas."""

    def __init__(self, book: Any, title: str) -> None:
        self.sheet = book.add_worksheet(title)
        grid = {"border": 1, "valign": "vcenter", "text_wrap": True, "font_size": 10.5}
        self.title = book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
        self.line = book.add_format({"font_size": 10.5, "valign": "vcenter"})
        self.head = book.add_format({**grid, "bold": True, "align": "center"})
        self.cell = book.add_format({**grid, "align": "center"})
        self.text = book.add_format({**grid, "align": "left"})

    def write(self, row: int, column: int, value: Value, style: Any) -> None:
        if isinstance(value, int):
            self.sheet.write_number(row, column, value, style)
        else:
            self.sheet.write_string(row, column, guarded(value), style)

    def write_row(self, row: int, values: Sequence[Value], style: Any) -> None:
        for column, value in enumerate(values):
            self.write(row, column, value, style)

    def across(self, row: int, last_column: int, text: str, style: Any) -> None:
        self.sheet.merge_range(row, 0, row, last_column, "", style)
        self.write(row, 0, text, style)

    def print_on_a4(self, *, upright: bool, head_row: int) -> None:
        """One page wide, as many long as it takes, the head row repeated on each."""
        self.sheet.set_paper(_A4)
        if upright:
            self.sheet.set_portrait()
        else:
            self.sheet.set_landscape()
        self.sheet.set_margins(left=0.6, right=0.5, top=0.6, bottom=0.7)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(head_row)
        self.sheet.center_horizontally()
        self.sheet.set_footer("&C第 &P 页，共 &N 页")
        self.sheet.freeze_panes(head_row + 1, 0)


def _book(title: str, fill: Callable[[_SheetPage], None]) -> bytes:
    import xlsxwriter  # only when a sheet is made

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, _OPTIONS) as book:
        fill(_SheetPage(book, title))
    return buffer.getvalue()


def _fill_month(page: _SheetPage, table: AttendanceTable) -> None:
    by_branch = table.organization.kind == OrganizationKind.general_branch
    who = ("序号", "党支部", "姓名") if by_branch else ("序号", "姓名")
    heads = [*who, *(_meeting_head(meeting) for meeting in table.meetings), *_TALLY_COLUMNS]
    year, month = table.month.split("-")
    page.across(0, len(heads) - 1, f"{table.organization.title} {year} 年 {int(month)} 月出勤表", page.title)
    page.across(1, len(heads) - 1, LEGEND, page.line)
    page.write_row(2, heads, page.head)
    for number, row in enumerate(table.rows, start=1):
        names = [row.branch.title, row.member.name] if by_branch else [row.member.name]
        cells = [_symbol(row.cells.get(meeting.id)) for meeting in table.meetings]
        values = [number, *names, *cells, *_figures(tally_of(list(row.cells.values())))]
        page.write_row(number + 2, values, page.cell)
    _write_counts(page, table, columns=len(who))
    page.sheet.set_row(0, 30)
    page.sheet.set_row(2, 48)
    page.sheet.set_column(0, 0, 6)
    page.sheet.set_column(1, len(who) - 1, 18 if by_branch else 12)
    page.sheet.set_column(len(who), len(who) + len(table.meetings) - 1, 11)
    page.sheet.set_column(len(who) + len(table.meetings), len(heads) - 1, 7)
    page.print_on_a4(upright=False, head_row=2)


def _write_counts(page: _SheetPage, table: AttendanceTable, *, columns: int) -> None:
    """Below the table, what each meeting's column adds up to."""
    counts = [head_count(table.column(meeting.id)) for meeting in table.meetings]
    first = len(table.rows) + 3
    for offset, head in enumerate(_TALLY_COLUMNS):
        figures = [_figures(count)[offset] for count in counts]
        page.write_row(first + offset, ["", *[""] * (columns - 2), head, *figures], page.head)


def _meeting_head(meeting: Any) -> str:
    on = meeting.day
    return f"{on.month} 月 {on.day} 日\n{KIND_TITLES[MeetingKind(meeting.kind)]}"


def _symbol(each: Appearance | None) -> str:
    if each is None:
        return NOT_INVITED
    symbol = SYMBOLS[each.standing]
    return f"（{symbol}）" if each.observes else symbol


def _figures(tally: AttendanceTally) -> list[Value]:
    """The figures under `_TALLY_COLUMNS`; an em dash where nothing was owed."""
    rate = f"{tally.rate}%" if tally.rate is not None else NOT_INVITED
    return [tally.owed, tally.attended, tally.made_up, tally.on_leave, tally.absent, rate]


def _fill_roster(page: _SheetPage, signed: SignedRoster) -> None:
    last = len(_SIGNED_COLUMNS) - 1
    meeting = signed.meeting
    called_off = "（已取消）" if meeting.status == MeetingStatus.cancelled else ""
    page.across(0, last, f"{meeting.title} 签到表{called_off}", page.title)
    page.across(1, last, f"{signed.organization.title}　{KIND_TITLES[MeetingKind(meeting.kind)]}", page.line)
    page.across(2, last, f"时间：{spoken_time(meeting.starts_at)}　地点：{meeting.place}", page.line)
    page.across(3, last, _counts(head_count([each for _, each in signed.people])), page.line)
    page.write_row(4, _SIGNED_COLUMNS, page.head)
    for number, (member, each) in enumerate(signed.people, start=1):
        _write_signed(page, number, member, each, signed.actors)
    below = len(signed.people) + 6
    page.across(below, last, "支部书记签字：____________________　　　　年　　　月　　　日", page.line)
    for column, width in enumerate(_SIGNED_WIDTHS):
        page.sheet.set_column(column, column, width)
    page.sheet.set_row(0, 30)
    page.sheet.set_row(below, 30)
    page.print_on_a4(upright=True, head_row=4)


def _counts(count: AttendanceTally) -> str:
    words = f"应到 {count.owed} 人，实到 {count.attended} 人（迟到 {count.late} 人），请假 {count.on_leave} 人"
    made_up = f"，补课 {count.made_up} 人" if count.made_up else ""
    waiting = f"，未到 {count.expected} 人（签到未结束）" if count.expected else ""
    return f"{words}，缺席 {count.absent} 人{made_up}{waiting}"


def _write_signed(page: _SheetPage, number: int, member: Member, each: Appearance, actors: dict[int, str]) -> None:
    row = number + 4
    time = _clock_time(each) if each.attendance else ""
    part = "列席" if each.observes else "应到"
    values: list[Value] = [number, member.name, part, STANDING_TITLES[each.standing], time, _via(each, actors)]
    page.write_row(row, values, page.cell)
    page.write(row, len(values), _remark(each), page.text)


def _clock_time(each: Appearance) -> str:
    assert each.attendance is not None
    scanned = each.attendance.scanned_at.astimezone(SHANGHAI)
    if scanned.date() == each.meeting.day:
        return f"{scanned:%H:%M:%S}"
    return f"{scanned.month} 月 {scanned.day} 日"


def _via(each: Appearance, actors: dict[int, str]) -> str:
    if each.attendance is None:
        return ""
    if each.attendance.via == Via.helper:
        return f"代签：{actors.get(each.attendance.account_id, '')}"
    return _VIA_TITLES[Via(each.attendance.via)]


def _remark(each: Appearance) -> str:
    """The kind of a leave and what is still to be made up; reasons are not for paper."""
    if each.attendance is None and each.leave is not None and each.leave.status == LeaveStatus.asked:
        return "请假待批"
    if each.standing is not AttendanceStanding.on_leave or each.leave is None:
        return ""
    due = each.makeup_due
    return LEAVE_KIND_TITLES[LeaveKind(each.leave.kind)] + (f"，{due.month} 月 {due.day} 日前补课" if due else "")
