"""Attendance over HTTP: who may look, what a look leaves behind, and the two sheets cell by cell."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server.audit.models import AuditLine
from server.days import SHANGHAI
from server.meetings.models import Attendance, Leave, Meeting, Roster
from server.meetings.rules import AttendanceState, LeaveStatus, Via
from server.organizations.models import Member
from server.spreadsheets.writing import XLSX
from server.standards.rules import LeaveKind
from tests.api.answers import body, refusal
from tests.cast import NOW, Cast, Person
from tests.conftest import Call
from tests.meeting import make_meeting

REASON = "孩子住院需要陪护"


def book_of(response: TestResponse) -> Any:
    """Open the sheet that an answer carries."""
    assert (response.status_code, response.mimetype) == (200, XLSX), response.get_data(as_text=True)
    return load_workbook(io.BytesIO(response.get_data())).active


def texts(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def file_name(response: TestResponse) -> str:
    return unquote(response.headers["Content-Disposition"].partition("filename*=UTF-8''")[2])


@pytest.fixture
def meeting(engine: Engine, cast: Cast) -> Iterator[Meeting]:
    """A theme day whose check-in has closed: 王芳 signed by 李伟's phone, 孙丽 on leave, 李伟 late, 张敏 not there."""
    with Session(engine, expire_on_commit=False) as session:
        held = make_meeting(session, cast, starts_at=NOW - timedelta(days=7), observers=[cast.chen_jing])
        roster = session.scalars(select(Roster)).one()
        _check_in(session, held, cast.wang_fang, Via.helper, by=cast.li_wei)
        _check_in(session, held, cast.li_wei, Via.qr, by=cast.li_wei, state=AttendanceState.late)
        session.add(
            Leave(
                meeting_id=held.id,
                member_id=cast.sun_li.member_id,
                roster_id=roster.id,
                kind=LeaveKind.personal,
                reason=REASON,
                status=LeaveStatus.granted,
                makeup_until=held.makeup_until,
                asked_by=cast.sun_li.account_id,
                asked_at=NOW,
            )
        )
        session.commit()
        yield held


def _check_in(
    session: Session,
    meeting: Meeting,
    person: Person,
    via: Via,
    *,
    by: Person,
    state: AttendanceState = AttendanceState.present,
) -> None:
    session.add(
        Attendance(
            meeting_id=meeting.id,
            member_id=person.member_id,
            state=state,
            via=via,
            scanned_at=meeting.starts_at,
            recorded_at=meeting.starts_at,
            account_id=by.account_id,
        )
    )


@pytest.fixture
def table_path(cast: Cast) -> str:
    return f"/organizations/{cast.branch}/attendance-table"


@pytest.fixture
def sheet_path(engine: Engine, meeting: Meeting) -> str:
    with Session(engine) as session:
        return f"/rosters/{session.scalars(select(Roster.id)).one()}/sheet.xlsx"


@pytest.fixture
def sheets(table_path: str, sheet_path: str) -> list[str]:
    return [sheet_path, f"{table_path}.xlsx?month=2026-06"]


def test_a_member_reads_his_year_without_anyones_reasons(call: Call, cast: Cast, meeting: Meeting) -> None:
    own = f"/members/{cast.sun_li.member_id}/attendance?year=2026"
    year = body(call(cast.sun_li, "GET", own))
    (line,) = year["items"]
    assert (line["standing_title"], line["leave_kind"], line["makeup_due"]) == ("请假", "personal", "2026-07-11")
    assert (line["on"], line["kind_title"], line["late"], line["via"]) == ("2026-06-11", "主题党日", False, None)
    assert (year["total"]["owed"], year["total"]["on_leave"], year["total"]["rate"]) == (1, 1, None)
    late = body(call(cast.li_wei, "GET", f"/members/{cast.li_wei.member_id}/attendance?year=2026"))
    assert (late["items"][0]["late"], late["items"][0]["via"], late["total"]["rate"]) == (True, "qr", "100.0")
    assert [(kind["kind_title"], kind["rate"]) for kind in late["kinds"]] == [("主题党日", "100.0")]
    assert REASON not in str(year)


def test_a_year_without_meetings_is_empty(call: Call, cast: Cast, meeting: Meeting) -> None:
    year = body(call(cast.zhang_min, "GET", f"/members/{cast.zhang_min.member_id}/attendance?year=2025"))
    assert (year["items"], year["kinds"], year["total"]["rate"]) == ([], [], None)


@pytest.mark.parametrize("who", ["wang_fang", "li_wei", "chen_jing", "organization_department", "inspector"])
def test_officers_who_look_leave_a_line(call: Call, engine: Engine, cast: Cast, table_path: str, who: str) -> None:
    person = cast.people[who]
    body(call(person, "GET", f"/members/{cast.zhang_min.member_id}/attendance?year=2026"))
    body(call(person, "GET", f"{table_path}?month=2026-06"))
    with Session(engine) as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.actor_id == person.account_id)).all()
    assert {(line.action, line.subject_kind) for line in lines} == {
        ("look", "member_attendance"),
        ("look", "attendance_table"),
    }


@pytest.mark.parametrize(("who", "status"), [("zhang_min", 403), ("zhao_qiang", 404), ("administrator", 403)])
def test_others_see_neither_table_nor_sheets(call: Call, cast: Cast, sheets: list[str], who: str, status: int) -> None:
    paths = (*sheets, f"/organizations/{cast.branch}/attendance-table?month=2026-06")
    assert [call(cast.people[who], "GET", path).status_code for path in paths] == [status] * 3


def test_a_table_shows_members_by_meetings(call: Call, cast: Cast, table_path: str, meeting: Meeting) -> None:
    table = body(call(cast.li_wei, "GET", f"{table_path}?month=2026-06"))
    (column,) = table["meetings"]
    assert (column["id"], column["tally"]["owed"], column["tally"]["attended"]) == (meeting.id, 4, 2)
    cells = {row["name"]: (row["cells"][0]["standing"], row["tally"]["rate"]) for row in table["rows"]}
    assert cells == {
        "张敏": ("absent", "0.0"),
        "王芳": ("present", "100.0"),
        "李伟": ("late", "100.0"),
        "孙丽": ("on_leave", None),
        "陈静": ("absent", None),
    }
    assert column["rosters"][0]["organization_id"] == cast.branch


def test_a_month_has_the_meetings_that_begin_in_it_in_shanghai(
    call: Call, session: Session, cast: Cast, table_path: str
) -> None:
    nights = [datetime.combine(date(2026, month, 1), time(0, 30), SHANGHAI) for month in (5, 6)]
    in_may, in_june = (make_meeting(session, cast, starts_at=night) for night in nights)
    for month, expected in (("2026-05", in_may), ("2026-06", in_june)):
        table = body(call(cast.li_wei, "GET", f"{table_path}?month={month}"))
        assert [column["id"] for column in table["meetings"]] == [expected.id]


@pytest.mark.parametrize("month", ["2026-13", "2026-6", "x", ""])
def test_a_month_is_written_one_way(call: Call, cast: Cast, table_path: str, month: str) -> None:
    for path in (table_path, f"{table_path}.xlsx"):
        assert call(cast.li_wei, "GET", f"{path}?month={month}").status_code == 422


def test_the_months_sheet_says_the_same_in_black_and_white(call: Call, cast: Cast, meeting: Meeting) -> None:
    response = call(cast.chen_jing, "GET", f"/organizations/{cast.general_branch}/attendance-table.xlsx?month=2026-06")
    sheet = book_of(response)
    rows = texts(sheet)
    assert rows[0][0] == "计算机科学与技术学院党总支 2026 年 6 月出勤表"
    assert rows[2] == [
        *("序号", "党支部", "姓名", "6 月 11 日\n主题党日"),
        *("应到", "实到", "补课", "请假", "缺席", "出勤率"),
    ]
    branch = "教工第一党支部"
    assert rows[3:8] == [
        [1, branch, "张敏", "×", 1, 0, 0, 0, 1, "0.0%"],
        [2, branch, "王芳", "√", 1, 1, 0, 0, 0, "100.0%"],
        [3, branch, "李伟", "迟", 1, 1, 0, 0, 0, "100.0%"],
        [4, branch, "孙丽", "假", 1, 0, 0, 1, 0, "—"],
        [5, branch, "陈静", "（×）", 0, 0, 0, 0, 0, "—"],
    ]
    assert [row[2:4] for row in rows[8:14]] == [
        ["应到", 4],
        ["实到", 2],
        ["补课", 0],
        ["请假", 1],
        ["缺席", 1],
        ["出勤率", "66.7%"],
    ]
    assert file_name(response) == "计算机科学与技术学院党总支 2026-06 出勤表.xlsx"
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$3:$3")


def test_a_roster_is_printed_for_signing(call: Call, cast: Cast, meeting: Meeting, sheet_path: str) -> None:
    response = call(cast.li_wei, "GET", sheet_path)
    sheet = book_of(response)
    rows = texts(sheet)
    assert [row[0] for row in rows[:4]] == [
        "6 月主题党日 签到表",
        "教工第一党支部　主题党日",
        "时间：2026 年 6 月 11 日 00:30　地点：明德楼 305",
        "应到 4 人，实到 2 人（迟到 1 人），请假 1 人，缺席 1 人",
    ]
    assert rows[4] == ["序号", "姓名", "应到/列席", "状态", "签到时间", "方式", "备注"]
    assert [[value or "" for value in row] for row in rows[5:10]] == [
        [1, "张敏", "应到", "缺席", "", "", ""],
        [2, "王芳", "应到", "出席", "00:30:00", "代签：李伟", ""],
        [3, "李伟", "应到", "迟到", "00:30:00", "扫码", ""],
        [4, "孙丽", "应到", "请假", "", "", "事假，7 月 11 日前补课"],
        [5, "陈静", "列席", "缺席", "", "", ""],
    ]
    assert rows[-1][0].startswith("支部书记签字")
    assert file_name(response) == "2026-06-11 6 月主题党日 签到表.xlsx"


def test_a_leave_that_waits_is_noted_on_the_sheet(
    call: Call, engine: Engine, cast: Cast, meeting: Meeting, sheet_path: str
) -> None:
    with Session(engine) as session:
        session.scalars(select(Leave)).one().status = LeaveStatus.asked
        session.commit()
    rows = texts(book_of(call(cast.li_wei, "GET", sheet_path)))
    assert [row[3:7] for row in rows if row[1] == "孙丽"] == [["缺席", "", "", "请假待批"]]


def test_a_sheet_prints_on_upright_a4_one_page_wide_with_its_head_on_every_page(
    call: Call, cast: Cast, sheet_path: str
) -> None:
    sheet = book_of(call(cast.li_wei, "GET", sheet_path))
    setup = sheet.page_setup
    assert (setup.paperSize, setup.orientation, setup.fitToHeight) == (9, "portrait", 0)
    assert setup.fitToWidth in (None, 1)  # left out, it means one
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.print_title_rows) == (True, "$5:$5")


@pytest.mark.parametrize("name", ["=1+1", "+86", "-张", "@张敏", '=HYPERLINK("http://x","张敏")', "http://x", "001"])
def test_no_name_becomes_a_formula_a_link_or_a_number(
    call: Call, engine: Engine, cast: Cast, sheets: list[str], name: str
) -> None:
    with Session(engine) as session:
        session.get_one(Member, cast.zhang_min.member_id).name = name
        session.commit()
    for path in sheets:
        cells = [cell for row in book_of(call(cast.li_wei, "GET", path)).iter_rows() for cell in row]
        assert {cell.data_type for cell in cells} <= {"s", "n"}
        assert not [cell for cell in cells if cell.hyperlink or str(cell.value).startswith(("=", "+", "-", "@"))]
        assert [cell.value for cell in cells if str(cell.value).lstrip("'") == name]


def test_no_sheet_gives_away_why_someone_was_on_leave(call: Call, cast: Cast, sheets: list[str]) -> None:
    for path in sheets:
        assert REASON not in str(texts(book_of(call(cast.li_wei, "GET", path))))


def test_the_whole_university_is_asked_for_branch_by_branch(call: Call, cast: Cast) -> None:
    response = call(cast.organization_department, "GET", f"/organizations/{cast.root}/attendance-table?month=2026-06")
    assert refusal(response) == (422, "choose_branch")
