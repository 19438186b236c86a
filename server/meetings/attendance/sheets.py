"""Attendance as Excel for the wall and the file: a month's table and a roster to be signed. Black and white, A4."""

from typing import Any

from server.days import SHANGHAI
from server.meetings.attendance.queries import Appearance, AttendanceTable, SignedRoster, head_count, tally_of
from server.meetings.attendance.rules import AttendanceTally
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
from server.presentation import spoken_time
from server.spreadsheets.writing import Value, WrittenSheet, WrittenWorkbook, written
from server.standards.rules import LeaveKind

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


def month_sheet(table: AttendanceTable) -> bytes:
    """Return an organization's month: members by meetings, what each attended, and each meeting's counts."""
    return written(lambda book: _fill_month(book.sheet("出勤表"), _AttendanceStyles(book), table))


def roster_sheet(signed: SignedRoster) -> bytes:
    """Return 签到表, A4 upright, with the line on which the secretary signs."""
    return written(lambda book: _fill_roster(book.sheet("签到表"), _AttendanceStyles(book), signed))


class _AttendanceStyles:
    def __init__(self, book: WrittenWorkbook) -> None:
        grid = {"border": 1, "valign": "vcenter", "text_wrap": True, "font_size": 10.5}
        self.title = book.style(bold=True, font_size=16, align="center", valign="vcenter")
        self.line = book.style(font_size=10.5, valign="vcenter")
        self.head = book.style(**grid, bold=True, align="center")
        self.cell = book.style(**grid, align="center")
        self.text = book.style(**grid, align="left")


def _fill_month(page: WrittenSheet, styles: _AttendanceStyles, table: AttendanceTable) -> None:
    by_branch = table.organization.kind == OrganizationKind.general_branch
    who = ("序号", "党支部", "姓名") if by_branch else ("序号", "姓名")
    heads = [*who, *(_meeting_head(meeting) for meeting in table.meetings), *_TALLY_COLUMNS]
    year, month = table.month.split("-")
    page.across(0, len(heads) - 1, f"{table.organization.title} {year} 年 {int(month)} 月出勤表", styles.title)
    page.across(1, len(heads) - 1, LEGEND, styles.line)
    page.write_row(2, heads, styles.head)
    for number, row in enumerate(table.rows, start=1):
        names = [row.branch.title, row.member.name] if by_branch else [row.member.name]
        cells = [_symbol(row.cells.get(meeting.id)) for meeting in table.meetings]
        values = [number, *names, *cells, *_figures(tally_of(list(row.cells.values())))]
        page.write_row(number + 2, values, styles.cell)
    _write_counts(page, styles, table, columns=len(who))
    page.raw.set_row(0, 30)
    page.raw.set_row(2, 48)
    page.raw.set_column(0, 0, 6)
    page.raw.set_column(1, len(who) - 1, 18 if by_branch else 12)
    page.raw.set_column(len(who), len(who) + len(table.meetings) - 1, 11)
    page.raw.set_column(len(who) + len(table.meetings), len(heads) - 1, 7)
    page.print_on_a4(upright=False, head_row=2)


def _write_counts(page: WrittenSheet, styles: _AttendanceStyles, table: AttendanceTable, *, columns: int) -> None:
    """Below the table, what each meeting's column adds up to."""
    counts = [head_count(table.column(meeting.id)) for meeting in table.meetings]
    first = len(table.rows) + 3
    for offset, head in enumerate(_TALLY_COLUMNS):
        figures = [_figures(count)[offset] for count in counts]
        page.write_row(first + offset, ["", *[""] * (columns - 2), head, *figures], styles.head)


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


def _fill_roster(page: WrittenSheet, styles: _AttendanceStyles, signed: SignedRoster) -> None:
    last = len(_SIGNED_COLUMNS) - 1
    meeting = signed.meeting
    called_off = "（已取消）" if meeting.status == MeetingStatus.cancelled else ""
    page.across(0, last, f"{meeting.title} 签到表{called_off}", styles.title)
    page.across(1, last, f"{signed.organization.title}　{KIND_TITLES[MeetingKind(meeting.kind)]}", styles.line)
    page.across(2, last, f"时间：{spoken_time(meeting.starts_at)}　地点：{meeting.place}", styles.line)
    page.across(3, last, _counts(head_count([each for _, each in signed.people])), styles.line)
    page.write_row(4, _SIGNED_COLUMNS, styles.head)
    for number, (member, each) in enumerate(signed.people, start=1):
        values = _signed(number, member, each, signed.actors)
        page.write_row(number + 4, values, styles.cell)
        page.write(number + 4, len(values), _remark(each), styles.text)
    below = len(signed.people) + 6
    page.across(below, last, "支部书记签字：____________________　　　　年　　　月　　　日", styles.line)
    for column, width in enumerate(_SIGNED_WIDTHS):
        page.raw.set_column(column, column, width)
    page.raw.set_row(0, 30)
    page.raw.set_row(below, 30)
    page.print_on_a4(upright=True, head_row=4)


def _counts(count: AttendanceTally) -> str:
    words = f"应到 {count.owed} 人，实到 {count.attended} 人（迟到 {count.late} 人），请假 {count.on_leave} 人"
    made_up = f"，补课 {count.made_up} 人" if count.made_up else ""
    waiting = f"，未到 {count.expected} 人（签到未结束）" if count.expected else ""
    return f"{words}，缺席 {count.absent} 人{made_up}{waiting}"


def _signed(number: int, member: Member, each: Appearance, actors: dict[int, str]) -> list[Value]:
    """The values under `_SIGNED_COLUMNS`, without the remark."""
    time = _clock_time(each) if each.attendance else ""
    part = "列席" if each.observes else "应到"
    return [number, member.name, part, STANDING_TITLES[each.standing], time, _via(each, actors)]


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
