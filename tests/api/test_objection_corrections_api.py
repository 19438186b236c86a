"""The correction and the letters of an objection over HTTP: shown before they are done, told to who may know."""

import io
import zipfile
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.points.models import PointEntry, SourceKind
from tests.api.answers import body, refusal
from tests.cast import Cast, Person
from tests.claiming import paid
from tests.conftest import Call
from tests.objecting import WORDS, rejected

FINDING = "已查社区通知和签到，当天上午在社区值守。"


@pytest.fixture
def found(session: Session, call: Call, cast: Cast) -> dict[str, Any]:
    """张敏's objection to a claim that 王芳 did not allow, with 孙丽."""
    claim = rejected(session, cast.zhang_min, cast.wang_fang)
    session.commit()
    said = {"subject_kind": "rejection", "subject_id": claim.id, "words": WORDS}
    raised = body(call(cast.zhang_min, "POST", f"/members/{cast.zhang_min.member_id}/objections", json=said))
    return step(call, cast.li_wei, raised, "assign", investigator_id=cast.sun_li.account_id)


def step(call: Call, by: Person, found: dict[str, Any], action: str, **said: Any) -> dict[str, Any]:
    answer = call(by, "POST", f"/objections/{found['id']}/{action}", json={"version": found["version"]} | said)
    after: dict[str, Any] = body(answer)
    return after


def uphold(call: Call, cast: Cast, found: dict[str, Any]) -> dict[str, Any]:
    return step(call, cast.sun_li, found, "answer", finding=FINDING, outcome="upheld", corrects=True)


def correction(call: Call, by: Person, found: dict[str, Any], more: str = "") -> dict[str, Any]:
    shown: dict[str, Any] = body(call(by, "GET", f"/objections/{found['id']}/correction{more}"))
    return shown


def test_what_it_comes_to_is_shown_before_and_nothing_stays_of_it(
    session: Session, call: Call, cast: Cast, found: dict[str, Any]
) -> None:
    shown = correction(call, cast.sun_li, found)
    assert (shown["kind"], shown["place"], shown["words"]) == (
        "claim",
        "个人申报：社区志愿服务",
        "未通过，改为认定 1.00 分",
    )
    assert (shown["may_act"], shown["refusal"]) == (False, "结论为成立或部分成立并提交答复后，才能办理更正")
    labels = [each["label"] for each in shown["figures"]]
    assert labels == ["联系服务师生群众（志愿、结对）", "年度累计（至今）"]
    line, _year = shown["figures"]
    assert (line["before"], line["after"]) == ("0.00", "1.00")
    posted = select(func.count()).where(PointEntry.source_kind == SourceKind.claim)
    assert session.scalar(posted) == 0
    session.rollback()
    found = uphold(call, cast, found)
    assert (found["to_correct"], found["correction_due"]["on"]) == (True, "2026-06-26")
    assert correction(call, cast.li_wei, found)["may_act"]
    assert not correction(call, cast.sun_li, found)["may_act"], "a deputy takes no decision on a claim back"
    assert refusal(call(cast.wang_fang, "GET", f"/objections/{found['id']}/correction")) == (403, "takes_part")


def test_it_is_done_by_one_tap_and_the_objection_names_what_followed(
    session: Session, call: Call, cast: Cast, found: dict[str, Any]
) -> None:
    found = uphold(call, cast, found)
    assert "correct" in body(call(cast.li_wei, "GET", f"/objections/{found['id']}"))["actions"]
    waits = {each["kind"] for each in body(call(cast.li_wei, "GET", "/me/todos"))["items"]}
    assert "objection_corrections" in waits
    done = step(call, cast.li_wei, found, "correction")
    assert (done["to_correct"], done["status_title"]) == (False, "已答复，待本人确认")
    [inquiry] = done["inquiries"]
    assert inquiry["correction"] == "未通过，改为认定 1.00 分"
    assert inquiry["followed_by"]["points"] == "1.00"
    assert step(call, cast.li_wei, found, "correction") == done, "the same call again"
    assert len(paid(session, done["subject_id"])) == 1
    session.rollback()
    assert correction(call, cast.li_wei, done)["kind"] is None
    concerned = body(call(cast.wang_fang, "GET", f"/objections/{found['id']}"))
    assert (concerned["told"], concerned["inquiries"][0]["followed_by"], concerned["letters"]) == (False, None, [])
    assert body(call(cast.zhang_min, "GET", f"/objections/{found['id']}"))["inquiries"][0]["followed_by"]


def test_other_figures_are_tried_out(call: Call, cast: Cast, found: dict[str, Any]) -> None:
    shown = correction(call, cast.sun_li, found, "?points=0.5")
    assert shown["figures"][0]["after"] == "0.50"
    above = correction(call, cast.sun_li, found, "?points=3")
    assert (above["figures"], above["may_act"]) == ([], False)
    found = uphold(call, cast, found)
    above = correction(call, cast.li_wei, found, "?points=3")
    assert (above["may_act"], above["refusal"]) == (False, "核定分值只能下调，不能高于申报分值")


def test_letters_are_for_who_may_know_and_their_arrival_is_noted(
    session: Session, call: Call, cast: Cast, found: dict[str, Any]
) -> None:
    place = f"/objections/{found['id']}/letters"
    assert [each["letter"] for each in found["letters"]] == ["admission"]
    assert refusal(call(cast.zhang_min, "GET", f"{place}/answer")) == (409, "no_such_letter")
    found = uphold(call, cast, found)
    pdf = call(cast.zhang_min, "GET", f"{place}/answer")
    assert (pdf.status_code, pdf.data[:5]) == (200, b"%PDF-")
    word = call(cast.li_wei, "GET", f"{place}/answer?format=word").data
    parts = zipfile.ZipFile(io.BytesIO(word))
    assert "张敏同志：" in parts.read("word/document.xml").decode()
    about = "".join(parts.read(each).decode(errors="replace") for each in parts.namelist() if "docProps" in each)
    assert "张敏" not in about
    assert refusal(call(cast.wang_fang, "GET", f"{place}/answer")) == (403, "takes_part")
    seen = body(call(cast.zhang_min, "POST", f"{place}/answer/receipt", json={}))
    again = body(call(cast.li_wei, "POST", f"{place}/answer/receipt", json={"words": "当面交本人签收"}))
    assert [each for each in again["letters"] if each["letter"] == "answer"] == [
        each for each in seen["letters"] if each["letter"] == "answer"
    ], "the first stays"
    handed = {"words": "6 月 18 日在支部活动室交本人，已签收"}
    assert refusal(call(cast.li_wei, "POST", f"{place}/admission/receipt", json={})) == (422, "reason_missing")
    assert refusal(call(cast.wang_fang, "POST", f"{place}/admission/receipt", json=handed)) == (403, "takes_part")
    shown = body(call(cast.li_wei, "POST", f"{place}/admission/receipt", json=handed))["letters"]
    assert [(each["via_title"], each["words"]) for each in shown] == [("当面", handed["words"]), ("小程序", None)]
