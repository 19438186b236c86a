"""Feedback over HTTP: reporting in the app, the officer's desk, and that who reported is nowhere but sealed."""

import base64
import secrets
from datetime import date
from io import BytesIO
from typing import Any

import pytest
import time_machine
from pypdf import PdfReader
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.db import Base
from server.feedback.models import Feedback
from tests import reporting
from tests.api.answers import body, refusal
from tests.bulletins import needs_fonts
from tests.cast import Cast, Person
from tests.conftest import Call
from tests.days import at
from tests.objecting import rejected
from tests.reporting import CONTACT, REPORTER, WORDS


def reported(call: Call, cast: Cast, **said: Any) -> dict[str, Any]:
    """周宇 of another branch reports in the app."""
    given = {"form": secrets.token_hex(16), "kind": "problem", "words": WORDS} | said
    receipt: dict[str, Any] = body(call(cast.zhou_yu, "POST", f"/organizations/{cast.branch}/feedbacks", json=given))
    return receipt


def listed(call: Call, by: Person, place: int, *, is_open: bool = True) -> list[dict[str, Any]]:
    query = "true" if is_open else "false"
    found: list[dict[str, Any]] = body(call(by, "GET", f"/organizations/{place}/feedbacks?open={query}"))["items"]
    return found


def step(call: Call, by: Person, number: int, action: str, **said: Any) -> dict[str, Any]:
    done: dict[str, Any] = body(call(by, "POST", f"/feedbacks/{number}/{action}", json=said))
    return done


def taken_in(call: Call, cast: Cast, **said: Any) -> dict[str, Any]:
    """A feedback into which 孙丽 looks."""
    reported(call, cast, **said)
    (line,) = listed(call, cast.li_wei, cast.branch)
    return step(call, cast.li_wei, line["id"], "assign", version=1, investigator_id=cast.sun_li.account_id)


def test_a_member_reports_and_two_officers_bring_it_to_an_answer(call: Call, cast: Cast) -> None:
    form = body(call(cast.zhou_yu, "GET", f"/organizations/{cast.branch}/feedback-form"))
    assert (form["organization"], form["above"]) == ("教工第一党支部", "计算机科学与技术学院党总支")
    receipt = reported(call, cast, name=REPORTER, contact=CONTACT)
    assert (receipt["handled_by"], receipt["named"]) == ("教工第一党支部", True)
    (line,) = listed(call, cast.li_wei, cast.branch)
    assert (line["beginning"], line["named"], line["count"]) == (WORDS[:40], True, 1)
    shown = body(call(cast.li_wei, "GET", f"/feedbacks/{line['id']}"))
    assert shown["actions"] == ["refuse", "assign"]
    assert {each["name"] for each in shown["candidates"] if each["hand"] is None} == {"李伟", "孙丽", "王芳"}
    shown = step(call, cast.li_wei, line["id"], "assign", version=1, investigator_id=cast.sun_li.account_id)
    shown = step(call, cast.sun_li, line["id"], "extend", version=shown["version"], words="当事人外出")
    said = {"outcome": "founded", "finding": "已问值守的同志。", "reply": "情况属实，已经整改。"}
    shown = step(call, cast.sun_li, line["id"], "answer", version=shown["version"], **said)
    assert (shown["status"], shown["outcome_title"], shown["actions"]) == ("answered", "属实", [])
    progress = body(call(cast.zhou_yu, "POST", "/feedback-progress", json={"code": receipt["code"]}))
    assert (progress["outcome_title"], progress["reply"]) == ("属实", "情况属实，已经整改。")
    assert "当事人外出" in [each["words"] for each in progress["steps"]]
    assert listed(call, cast.li_wei, cast.branch) == []
    assert [each["id"] for each in listed(call, cast.li_wei, cast.branch, is_open=False)] == [line["id"]]


def test_a_branch_never_sees_what_is_about_its_officer(call: Call, cast: Cast) -> None:
    receipt = reported(call, cast, about_officer=True)
    assert receipt["handled_by"] == "计算机科学与技术学院党总支"
    (line,) = listed(call, cast.chen_jing, cast.general_branch)
    for officer in (cast.li_wei, cast.sun_li, cast.wang_fang):
        assert listed(call, officer, cast.branch) == []
        assert refusal(call(officer, "GET", f"/feedbacks/{line['id']}")) == (404, "not_found")
    assert body(call(cast.chen_jing, "GET", f"/feedbacks/{line['id']}"))["about_officer"]


def test_a_committee_member_sees_what_they_look_into_and_no_other(call: Call, cast: Cast) -> None:
    shown = taken_in(call, cast)
    assert listed(call, cast.wang_fang, cast.branch) == []
    assert refusal(call(cast.wang_fang, "GET", f"/feedbacks/{shown['id']}")) == (404, "not_found")
    assert [each["id"] for each in listed(call, cast.sun_li, cast.branch)] == [shown["id"]]


def test_each_look_at_who_reported_is_written_down(call: Call, session: Session, cast: Cast) -> None:
    shown = taken_in(call, cast, name=REPORTER, contact=CONTACT)
    assert refusal(call(cast.li_wei, "POST", f"/feedbacks/{shown['id']}/identity")) == (403, "identity_sealed")
    for _ in range(2):
        assert step(call, cast.sun_li, shown["id"], "identity") == {"name": REPORTER, "contact": CONTACT}
    looks = session.scalars(select(AuditLine).where(AuditLine.action == "feedback_identity")).all()
    assert [look.actor_id for look in looks] == [cast.sun_li.account_id] * 2


def test_who_was_signed_in_and_the_planted_name_are_nowhere(
    call: Call, session: Session, cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = reported(call, cast, name=REPORTER, contact=CONTACT)
    dump = {
        table.name: [repr(tuple(row)) for row in session.execute(text(f"SELECT * FROM {table.name}"))]
        for table in Base.metadata.sorted_tables
    }
    session.commit()
    assert dump["feedbacks"]
    everything = "\n".join(line for lines in dump.values() for line in lines) + "".join(capsys.readouterr())
    for secret in (REPORTER, CONTACT, receipt["code"], receipt["code"].replace(" ", "")):
        assert secret not in everything
    assert dump["idempotency_records"] == [], "the key's row would say who asked"
    trail = session.scalars(select(AuditLine).where(AuditLine.subject_kind == "feedback")).all()
    assert [line.actor_id for line in trail] == [None]
    session.commit()
    mine = call(cast.zhou_yu, "GET", f"/members/{cast.zhou_yu.member_id}/export?form=zip").get_data()
    assert CONTACT.encode() not in mine


@needs_fonts
def test_what_is_for_the_discipline_office_leaves_by_hand(call: Call, session: Session, cast: Cast) -> None:
    shown = taken_in(call, cast, name=REPORTER, contact=CONTACT)
    place = f"/feedbacks/{shown['id']}"
    assert refusal(call(cast.li_wei, "POST", f"{place}/handover-file")) == (403, "identity_sealed")
    made = step(call, cast.sun_li, shown["id"], "handover-file")
    paper = PdfReader(BytesIO(base64.b64decode(made["file"])))
    assert paper.decrypt(made["password"].replace(" ", ""))
    assert REPORTER in "".join(page.extract_text() for page in paper.pages)
    assert body(call(cast.sun_li, "GET", place))["words"] == WORDS, "printing alone destroys nothing"
    done = call(cast.sun_li, "POST", f"{place}/hand-over", json={"version": shown["version"]})
    assert done.status_code == 204
    row = session.scalars(select(Feedback)).one()
    assert (row.words, row.name_sealed, row.kind) == (None, None, None)
    session.commit()
    assert refusal(call(cast.sun_li, "POST", f"{place}/handover-file")) in [
        (403, "identity_sealed"),
        (404, "not_found"),
    ]


def test_a_flood_is_one_line_at_the_end_and_goes_with_one_refusal(call: Call, session: Session, cast: Cast) -> None:
    for number in range(10):
        _planted(session, cast, f"203.0.113.{number}", "刷屏的内容，请忽略。")
    session.commit()
    reported(call, cast)
    real, flood = listed(call, cast.li_wei, cast.branch)
    assert (real["beginning"], real["count"]) == (WORDS[:40], 1)
    assert (flood["count"], flood["alike"]) == (10, True)
    assert body(call(cast.li_wei, "GET", f"/feedbacks/{flood['id']}"))["alike"] == 9
    said = {"why": "too_vague", "words": "没有可以核实的内容", "alike": True}
    step(call, cast.li_wei, flood["id"], "refuse", version=1, **said)
    assert [each["id"] for each in listed(call, cast.li_wei, cast.branch)] == [real["id"]]


def test_only_what_is_about_a_list_and_named_becomes_an_objection(call: Call, session: Session, cast: Cast) -> None:
    rejected(session, cast.zhang_min, cast.wang_fang)
    session.commit()
    shown = taken_in(call, cast, kind="publicity_error", name="张敏")
    assert "enter_objection" not in shown["actions"]
    said = {"version": shown["version"]}
    assert refusal(call(cast.sun_li, "POST", f"/feedbacks/{shown['id']}/objection", json=said)) == (
        409,
        "not_on_the_list",
    )


def test_one_person_is_stopped_for_an_hour_and_others_are_not(call: Call, cast: Cast) -> None:
    path = f"/organizations/{cast.branch}/feedbacks"
    given = {"kind": "praise", "words": "服务很热心，谢谢大家。"}
    answers = [
        call(cast.zhou_yu, "POST", path, json=given | {"form": secrets.token_hex(16)}).status_code for _ in range(31)
    ]
    assert answers == [201] * 30 + [429]
    assert call(cast.he_hua, "POST", path, json=given | {"form": secrets.token_hex(16)}).status_code == 201


def test_its_last_day_is_a_whole_day(call: Call, cast: Cast) -> None:
    reported(call, cast)
    for moment, overdue in ((at(date(2026, 6, 23), "23:59"), False), (at(date(2026, 6, 24), "00:30"), True)):
        with time_machine.travel(moment, tick=False):
            (line,) = listed(call, cast.li_wei, cast.branch)
            assert (line["due_on"], line["overdue"]) == ("2026-06-23", overdue)
            assert body(call(cast.li_wei, "GET", f"/feedbacks/{line['id']}"))["due"]["overdue"] == overdue


def _planted(session: Session, cast: Cast, network: str, words: str) -> None:
    reporting.reported(session, cast, network=network, words=words)
