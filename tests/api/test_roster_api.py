"""The roster over HTTP: upload, preview, confirm, watch, download."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.organizations.roster import applying
from tests.api.answers import refusal
from tests.cast import Cast, Person
from tests.conftest import Call
from tests.hostile_workbooks import HOSTILE
from tests.rosters import person, workbook
from tests.workbooks import book


def upload(call: Call, who: Person, organization_id: int, rows: list[dict[str, Any]], **form: str) -> Any:
    data = {"file": (workbook(rows), "roster.xlsx"), **form}
    path = f"/organizations/{organization_id}/roster-imports"
    return call(who, "POST", path, data=data, content_type="multipart/form-data")


def finish(import_id: int) -> None:
    """Wait for the background thread, if it still runs."""
    if thread := applying._threads.get(import_id):
        thread.join()


def test_a_secretary_previews_confirms_and_sees_the_result(call: Call, cast: Cast) -> None:
    rows = [person("赵新", "N1", 职务="支委"), person("错号", "N2", 性别="?"), person("王新", "N3")]
    dry = upload(call, cast.li_wei, cast.branch, rows)
    assert (dry.status_code, dry.json["status"], dry.json["summary"]["new"]) == (201, "ready", 2)
    assert [problem["text"] for problem in dry.json["problems"]] == ["第 3 行「性别」：应为“男”或“女”"]
    path = f"/roster-imports/{dry.json['id']}"
    first = call(cast.li_wei, "GET", f"{path}/rows?limit=1").json
    second = call(cast.li_wei, "GET", f"{path}/rows?limit=1&cursor={first['next_cursor']}").json
    assert [item["name"] for item in first["items"] + second["items"]] == ["赵新", "王新"]
    assert second["next_cursor"] is None
    assert call(cast.li_wei, "POST", f"{path}/application").status_code == 202
    finish(dry.json["id"])
    done = call(cast.li_wei, "GET", path).json
    assert (done["status"], done["percent"], done["result"]["new"]) == ("done", 100, 2)
    assert call(cast.li_wei, "POST", f"{path}/application").json["status"] == "done"
    found = call(cast.li_wei, "GET", f"/organizations/{cast.branch}/members?search=N").json["items"]
    assert [item["work_number"] for item in found] == ["N1", "N3"]
    assert call(cast.li_wei, "GET", f"{path}/rows").json["items"] == []


def test_who_joined_today_is_taken_over_today_and_nobody_of_tomorrow(call: Call, cast: Cast) -> None:
    new = {"转正日期": "", "党员类别": "预备党员"}
    rows = [person("赵新", "N1", 入党日期="2026-06-18", **new), person("王新", "N2", 入党日期="2026-06-19", **new)]
    dry = upload(call, cast.li_wei, cast.branch, rows).json
    assert [problem["text"] for problem in dry["problems"]] == ["第 3 行「入党日期」：入党日期不能晚于今天"]
    assert dry["summary"]["new"] == 1
    assert call(cast.li_wei, "POST", f"/roster-imports/{dry['id']}/application").status_code == 202
    finish(dry["id"])
    (found,) = call(cast.li_wei, "GET", f"/organizations/{cast.branch}/members?search=N").json["items"]
    (membership,) = call(cast.li_wei, "GET", f"/members/{found['id']}").json["memberships"]
    assert (found["name"], membership["from_date"]) == ("赵新", "2026-06-18")


def test_only_who_reaches_the_organization_imports_or_sees_an_import(call: Call, cast: Cast) -> None:
    assert upload(call, cast.zhang_min, cast.branch, [person("赵新", "N1")]).status_code == 403
    assert upload(call, cast.zhao_qiang, cast.branch, [person("赵新", "N1")]).status_code == 404
    import_id = upload(call, cast.li_wei, cast.branch, [person("赵新", "N1")]).json["id"]
    for path in ("", "/rows", "/problems"):
        assert call(cast.zhao_qiang, "GET", f"/roster-imports/{import_id}{path}").status_code == 404
    assert call(cast.zhao_qiang, "POST", f"/roster-imports/{import_id}/application").status_code == 404


def test_an_import_can_be_thrown_away_before_it_is_confirmed(call: Call, cast: Cast) -> None:
    import_id = upload(call, cast.li_wei, cast.branch, [person("赵新", "N1")]).json["id"]
    assert call(cast.li_wei, "POST", f"/roster-imports/{import_id}/discarding").json["status"] == "discarded"
    refused = call(cast.li_wei, "POST", f"/roster-imports/{import_id}/application")
    assert refusal(refused) == (409, "import_discarded")
    listed = call(cast.li_wei, "GET", f"/organizations/{cast.branch}/roster-imports").json["items"]
    assert [item["id"] for item in listed] == [import_id]


def test_template_and_report_open_in_excel(call: Call, cast: Cast) -> None:
    template = load_workbook(io.BytesIO(call(cast.li_wei, "GET", "/roster-template").data))
    assert [sheet.title for sheet in template] == ["党员名册", "填写说明"]
    dry = upload(call, cast.li_wei, cast.branch, [person("=1+1", "N1"), person("赵新", "")])
    report = load_workbook(io.BytesIO(call(cast.li_wei, "GET", f"/roster-imports/{dry.json['id']}/problems").data))
    rows = [[cell.value for cell in row] for row in report.worksheets[0].iter_rows(min_row=2)]
    assert [row[1:4] for row in rows] == [[2, "姓名", "未导入"], [3, "工号/学号", "未导入"]]


def test_a_look_at_the_problems_of_a_roster_is_audited(call: Call, cast: Cast, session: Session) -> None:
    dry = upload(call, cast.li_wei, cast.branch, [person("错号", "N1", 性别="?")])
    for rest in ("", "/problems"):
        call(cast.li_wei, "GET", f"/roster-imports/{dry.json['id']}{rest}")
    looks = session.scalars(select(AuditLine).where(AuditLine.action == "look"))
    assert [(line.subject_kind, line.subject_id) for line in looks] == [("roster_problems", dry.json["id"])] * 2


def test_a_file_that_is_no_spreadsheet_is_refused(call: Call, cast: Cast) -> None:
    path = f"/organizations/{cast.branch}/roster-imports"
    data = {"file": (io.BytesIO(b"<html><table>"), "roster.xls")}
    refused = call(cast.li_wei, "POST", path, data=data, content_type="multipart/form-data")
    assert refusal(refused) == (422, "unreadable_file")
    assert call(cast.li_wei, "POST", path, data={"file": "text"}).status_code == 422
    assert call(cast.li_wei, "POST", path, json={}).status_code == 422


def send(call: Call, cast: Cast, content: bytes, name: str = "roster.xlsx", organization_id: int | None = None) -> Any:
    path = f"/organizations/{organization_id or cast.branch}/roster-imports"
    data = {"file": (io.BytesIO(content), name)}
    who = cast.organization_department if organization_id else cast.li_wei
    return call(who, "POST", path, data=data, content_type="multipart/form-data")


@pytest.mark.sqlite_only
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_over_http_as_well(call: Call, cast: Cast, name: str) -> None:
    refused = send(call, cast, HOSTILE[name]())
    assert refused.status_code == 422
    assert refused.json["error"]["code"] in ("unreadable_file", "file_too_large", "file_has_password")


def test_an_old_text_table_and_a_book_of_many_sheets_are_imported(call: Call, cast: Cast) -> None:
    row = "赵新,00123,教职工,正式党员,13800001234/13900001234"
    text = f"姓名,工号,人员类别,党员类别,手机号\n{row}\n".encode("gb18030")
    dry = send(call, cast, text, "roster.csv")
    assert (dry.status_code, dry.json["summary"]["new"], dry.json["summary"]["warnings"]) == (201, 1, 1)
    assert [(problem["warning"], problem["sheet"]) for problem in dry.json["problems"]] == [(True, None)]
    assert call(cast.li_wei, "GET", f"/roster-imports/{dry.json['id']}/rows").json["items"][0]["work_number"] == "00123"

    headings = ["姓名", "工号", "人员类别", "党员类别"]
    rows = {
        "教工第一党支部": [headings, ["赵新", "N1", "教职工", "正式党员"]],
        "学生第一党支部": [headings, ["王新", "N2", "学生", "正式党员"], ["错号", "N3", "外星人", "正式党员"]],
        "说明": [["请填写"]],
    }
    dry = send(call, cast, book(rows), organization_id=cast.root)
    assert dry.json["summary"]["new"] == 2
    assert [problem["text"] for problem in dry.json["problems"]] == [
        "“学生第一党支部”第 3 行「人员类别」：应为“教职工”“学生”或“离退休”"
    ]
    assert "工作表“说明”没有表头，未读" in dry.json["summary"]["notes"]
    preview = call(cast.organization_department, "GET", f"/roster-imports/{dry.json['id']}/rows").json["items"]
    assert [(item["sheet"], item["branch"]) for item in preview] == [(title, title) for title in list(rows)[:2]]
    report = load_workbook(
        io.BytesIO(call(cast.organization_department, "GET", f"/roster-imports/{dry.json['id']}/problems").data)
    )
    assert [cell.value for cell in report.worksheets[0][2]][:4] == ["学生第一党支部", 3, "人员类别", "未导入"]


def test_a_roster_that_names_no_branch_is_refused_by_the_name_of_the_column(call: Call, cast: Cast) -> None:
    headings = ["姓名", "工号", "人员类别", "党员类别"]
    content = book({"Sheet1": [headings, ["赵新", "N1", "教职工", "正式党员"], ["王新", "N2", "学生", "正式党员"]]})
    refused = send(call, cast, content, organization_id=cast.root)
    assert refusal(refused) == (422, "no_branch_column")
    assert "“党支部”一列" in refused.json["error"]["message"]
    assert send(call, cast, content).json["summary"]["new"] == 2, "a branch's own roster need not name it"
