"""A branch's year over HTTP: what its officers see and may do, step by step, and its branches from above."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.annual.steps import clock
from tests.annual import AFTER_CUT_OFF, REPORTING, assembly, by_clock, closed, corrected, ready, settings, state
from tests.api.answers import body, refusal
from tests.cast import Cast, Person
from tests.claiming import submitted
from tests.conftest import Call
from tests.days import until
from tests.years import DRAFTING, OLD

KEY = {"Idempotency-Key": "8a1f6c1e-0001"}


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment, tick=False):
        yield


@pytest.fixture
def year(cast: Cast) -> str:
    return f"/organizations/{cast.branch}/years/{OLD}"


@pytest.fixture
def closing(engine: Engine, session: Session, cast: Cast) -> None:
    ready(session, cast)
    closed(session, engine)


def told(cast: Cast) -> dict[str, Any]:
    return {"member_id": cast.zhang_min.member_id, "way": "visit", "on": "2027-01-18"}


def step(seen: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in seen["steps"] if each["step"] == name)
    return found


@pytest.mark.usefixtures("closing")
def test_a_secretary_walks_the_year(call: Call, engine: Engine, session: Session, cast: Cast, year: str) -> None:
    with at(DRAFTING):
        seen = body(call(cast.li_wei, "GET", year))
        assert (seen["state"], seen["actions"], seen["left"]) == ("closing", ["draft"], [])
        assert (step(seen, "drafted")["due"], step(seen, "drafted")["state"]) == ("2027-01-15", "next")
        seen = body(call(cast.li_wei, "POST", f"{year}/draft", json={}))
        assert (seen["state"], seen["edition"]["edition"], seen["actions"]) == ("drafted", 1, ["report", "undo"])
        assert step(seen, "drafted")["done_by"] == "李伟"
    meeting_id = assembly(session, cast).id
    with at(REPORTING):
        asked = {"meeting_id": meeting_id, "told": [told(cast)]}
        seen = body(call(cast.li_wei, "POST", f"{year}/report", json=asked))
        assert seen["report"] | {"reported_at": ""} == {
            "meeting_id": meeting_id,
            "held_on": "2027-01-18",
            "expected": 4,
            "present": 3,
            "told": 1,
            "reported_at": "",
        }
        assert [each["words"] for each in step(seen, "settled")["missing"]] == ["提出异议的期限到 1 月 26 日为止"]
    settled = REPORTING + timedelta(days=8)
    by_clock(session, clock.settle_due, engine, settled)
    with at(settled):
        seen = body(call(cast.li_wei, "POST", f"{year}/file", json={}))
        assert (seen["state"], seen["undo"], seen["actions"]) == ("filed", [], [])
        todos = body(call(cast.chen_jing, "GET", "/me/todos"))["items"]
        assert [each["first_id"] for each in todos if each["kind"] == "filings"] == [seen["filing_id"]]
        assert body(call(cast.wang_fang, "GET", year))["filing_id"] is None, "not theirs to read"
        body(call(cast.chen_jing, "POST", f"/filings/{seen['filing_id']}/return", json={"reason": "附件不全"}))
        todos = body(call(cast.li_wei, "GET", "/me/todos"))["items"]
        assert [each["words"] for each in todos if each["kind"] == "year_steps"] == [f"{OLD} 年度：报上级备案"]
        seen = body(call(cast.li_wei, "GET", year))
        assert (seen["state"], seen["history"][-1]["reason"]) == ("settled", "附件不全")


@pytest.mark.usefixtures("closing")
def test_replaying_a_step_answers_the_same_and_a_second_is_refused(call: Call, cast: Cast, year: str) -> None:
    with at(DRAFTING):
        first = call(cast.li_wei, "POST", f"{year}/draft", json={}, headers=KEY)
        again = call(cast.li_wei, "POST", f"{year}/draft", json={}, headers=KEY)
        assert (first.status_code, again.json) == (200, first.json)
        second = call(cast.sun_li, "POST", f"{year}/draft", json={})
        assert refusal(second) == (409, "wrong_status")


@pytest.mark.usefixtures("closing")
def test_what_is_left_leads_to_its_act(call: Call, session: Session, cast: Cast, year: str) -> None:
    submitted(session, cast.zhang_min)
    session.commit()
    with at(DRAFTING):
        seen = body(call(cast.li_wei, "GET", year))
        page = f"pages/review/review?organization={cast.branch}"
        assert seen["left"] == [{"kind": "claims", "words": "待审核", "count": 1, "page": page, "blocks": True}]
        assert seen["actions"] == []
        refused = call(cast.li_wei, "POST", f"{year}/draft", json={})
        assert refusal(refused) == (409, "step_incomplete")
        assert refused.json["error"]["detail"]["missing"] == [{"kind": "claims", "words": "待审核 1 项", "page": page}]


@pytest.mark.usefixtures("closing")
def test_an_undo_says_before_what_falls(call: Call, session: Session, cast: Cast, year: str) -> None:
    with at(DRAFTING):
        body(call(cast.li_wei, "POST", f"{year}/draft", json={}))
    meeting_id = assembly(session, cast).id
    with at(REPORTING):
        asked = {"meeting_id": meeting_id, "told": [told(cast)]}
        seen = body(call(cast.li_wei, "POST", f"{year}/report", json=asked))
        nearest, farthest = seen["undo"]
        assert (nearest["to"], nearest["falls"], nearest["consequences"]) == (
            "drafted",
            ["reported"],
            ["report_withdrawn"],
        )
        assert (farthest["to"], farthest["falls"]) == ("closing", ["reported", "drafted"])
        assert farthest["consequences"] == ["results_withdrawn", "report_withdrawn", "correction_if_changed"]
        assert "更正通报" in farthest["words"][-1]
        seen_by_deputy = body(call(cast.sun_li, "GET", year))
        assert [each["allowed"] for each in seen_by_deputy["undo"]] == [False, False]
        undone = {"to": "closing", "reason": "漏记一次志愿服务"}
        assert refusal(call(cast.sun_li, "POST", f"{year}/undo", json=undone)) == (403, "not_in_charge")
        seen = body(call(cast.chen_jing, "POST", f"{year}/undo", json=undone))
        assert (seen["state"], seen["edition"], seen["report"]) == ("closing", None, None)
        assert refusal(call(cast.chen_jing, "POST", f"{year}/undo", json=undone)) == (409, "wrong_status")


@pytest.mark.usefixtures("closing")
def test_points_on_show_are_proposed_by_one_and_approved_by_another(
    call: Call, engine: Engine, session: Session, cast: Cast, year: str
) -> None:
    settings(session, cast.branch, points_publicized=True)
    with at(DRAFTING):
        body(call(cast.li_wei, "POST", f"{year}/draft", json={}))
    meeting_id = assembly(session, cast).id
    asked = {"place": "明德楼公示栏", "first_day": "2027-01-20"}
    with at(REPORTING):
        assert refusal(call(cast.wang_fang, "POST", f"{year}/publicity", json=asked)) == (409, "wrong_status")
        body(call(cast.li_wei, "POST", f"{year}/report", json={"meeting_id": meeting_id, "told": [told(cast)]}))
        seen = body(call(cast.wang_fang, "POST", f"{year}/publicity", json=asked))
        assert (seen["state"], seen["actions"]) == ("reported", ["publicity_withdraw"])
        withdrawal = {"reason": "地点有误"}
        assert call(cast.sun_li, "GET", year).json["actions"] == ["publicity_withdraw", "publicity_approve"]
        waiting = body(call(cast.li_wei, "GET", "/me/todos"))["items"]
        assert [each["words"] for each in waiting if each["kind"] == "year_steps"] == [f"{OLD} 年度：公示"]
        seen = body(call(cast.wang_fang, "POST", f"{year}/publicity/withdraw", json=withdrawal))
        assert (seen["state"], seen["publicity_id"]) == ("reported", None)
        assert refusal(call(cast.wang_fang, "POST", f"{year}/publicity/withdraw", json=withdrawal)) == (
            404,
            "not_found",
        )
        seen = body(call(cast.wang_fang, "POST", f"{year}/publicity", json=asked))
        shown = seen["publicity_id"]
        approval = {"last_day": "2027-01-26"}
        assert refusal(call(cast.wang_fang, "POST", f"{year}/publicity/approve", json=approval)) == (403, "same_person")
        seen = body(call(cast.li_wei, "GET", year))
        assert seen["actions"] == ["publicity_withdraw", "publicity_approve", "undo"]
        seen = body(call(cast.li_wei, "POST", f"{year}/publicity/approve", json=approval))
        assert (seen["state"], seen["publicity_id"]) == ("publicized", shown)
        seen = body(call(cast.chen_jing, "POST", f"{year}/undo", json={"to": "reported", "reason": "公示内容有误"}))
        assert (seen["state"], seen["publicity_id"]) == ("reported", None)
    by_clock(session, clock.settle_due, engine, REPORTING + timedelta(days=20))
    assert state(session, cast.branch) == "reported"


@pytest.mark.usefixtures("closing")
def test_what_is_on_show_settles_after_its_last_day(
    call: Call, engine: Engine, session: Session, cast: Cast, year: str
) -> None:
    settings(session, cast.general_branch, points_publicized=True)
    with at(DRAFTING):
        body(call(cast.li_wei, "POST", f"{year}/draft", json={}))
    meeting_id = assembly(session, cast).id
    with at(REPORTING):
        body(call(cast.li_wei, "POST", f"{year}/report", json={"meeting_id": meeting_id, "told": [told(cast)]}))
        body(
            call(
                cast.wang_fang,
                "POST",
                f"{year}/publicity",
                json={"place": "明德楼公示栏", "first_day": "2027-01-20"},
            )
        )
        body(call(cast.li_wei, "POST", f"{year}/publicity/approve", json={"last_day": "2027-01-26"}))
    by_clock(session, clock.settle_due, engine, datetime(2027, 1, 26, 15, 59, tzinfo=REPORTING.tzinfo))
    assert state(session, cast.branch) == "publicized"
    by_clock(session, clock.settle_due, engine, datetime(2027, 1, 26, 16, 1, tzinfo=REPORTING.tzinfo))
    assert state(session, cast.branch) == "settled"


@pytest.mark.usefixtures("closing")
def test_what_changes_on_show_is_told_printed_and_shown(call: Call, session: Session, cast: Cast, year: str) -> None:
    settings(session, cast.branch, points_publicized=True)
    with at(DRAFTING):
        body(call(cast.li_wei, "POST", f"{year}/draft", json={}))
    meeting_id = assembly(session, cast).id
    asked = {"place": "明德楼公示栏", "first_day": "2027-01-20", "working_days": 5}
    with at(REPORTING):
        body(call(cast.li_wei, "POST", f"{year}/report", json={"meeting_id": meeting_id, "told": [told(cast)]}))
        listed = body(call(cast.wang_fang, "POST", f"{year}/publicity", json=asked))["publicity_id"]
        seen = body(call(cast.li_wei, "POST", f"{year}/publicity/approve", json={"last_day": "2027-01-26"}))
        nothing: dict[str, Any] = {"owed": False, "members": 0, "edition_id": None, "lines": 0, "lacks": []}
        assert (seen["correction"], seen["edition"]["edition"]) == (nothing, 1)
        file = f"{year}/correction/file?edition_id={seen['edition']['id']}"
        assert refusal(call(cast.li_wei, "GET", file)) == (409, "no_correction_owed")
    edition = corrected(session, cast, cast.zhang_min).id
    with at(REPORTING + timedelta(days=1)):
        seen = body(call(cast.li_wei, "GET", year))
        owed = {"owed": True, "members": 1, "edition_id": edition, "lines": 1, "lacks": []}
        assert (seen["correction"], seen["publicity_id"]) == (owed, listed)
        assert "correct" in seen["actions"]
        file = f"{year}/correction/file?edition_id={edition}"
        paper = call(cast.li_wei, "GET", file)
        assert (paper.status_code, paper.data[:5]) == (200, b"%PDF-")
        assert call(cast.li_wei, "GET", f"{file}&format=word").data[:2] == b"PK"
        assert call(cast.zhang_min, "GET", file).status_code in (403, 404)
        telling = {"told_on": "2027-01-20", "way": "notice", "words": "漏记一次志愿服务"}
        body(call(cast.li_wei, "POST", f"{year}/correction", json=telling))
        asked |= {"first_day": "2027-01-21", "working_days": 3}
        seen = body(call(cast.wang_fang, "POST", f"{year}/publicity", json=asked))
        assert seen["publicity_id"] != listed
        body(call(cast.li_wei, "POST", f"{year}/publicity/approve", json={"last_day": "2027-01-25"}))
    with at(REPORTING + timedelta(days=2)):
        shown = body(call(cast.zhang_min, "GET", f"/publicities/{seen['publicity_id']}"))
        assert (shown["title"], shown["subject_kind"]) == (f"{OLD} 年度党员积分更正公示", "correction")
        (entry,) = shown["groups"][0]["entries"]
        assert (entry["name"], entry["own"], "→" in entry["words"][0]) == ("张敏", True, True)
        whole = body(call(cast.zhang_min, "GET", f"/publicities/{listed}"))
        assert whole["lines"] == ["公示的积分中，有 1 人的已经更正，以党支部的更正通报为准。"]
        assert [each["name"] for each in whole["groups"][0]["entries"]] == ["王芳", "孙丽", "李伟", "张敏"]


@pytest.mark.usefixtures("closing")
def test_from_above_the_branches_are_seen_and_reminded(call: Call, cast: Cast, year: str) -> None:
    unit = f"/organizations/{cast.general_branch}/years/{OLD}"
    with at(DRAFTING + timedelta(days=1)):
        seen = body(call(cast.chen_jing, "GET", f"{unit}/branches"))
        found = {each["organization"]["id"]: each for each in seen["items"]}
        assert found.keys() == {cast.branch, cast.other_branch}
        assert (found[cast.branch]["next"], found[cast.branch]["due"], found[cast.branch]["late"]) == (
            "drafted",
            "2027-01-15",
            True,
        )
        assert (seen["filed"], seen["not_filed"], seen["words"]) == (0, 2, "未含 2 个党支部")
        told_of = body(call(cast.chen_jing, "POST", f"{unit}/remind", json={"organization_ids": [cast.branch]}))
        assert told_of == {"reminded": 2}
        assert body(call(cast.chen_jing, "POST", f"{unit}/remind", json={"organization_ids": [cast.branch]})) == {
            "reminded": 0
        }
        beyond = call(cast.chen_jing, "POST", f"{unit}/remind", json={"organization_ids": [cast.foreign_branch]})
        assert refusal(beyond) == (422, "not_below")


def test_a_cut_off_is_moved_and_a_deputy_appointed_from_above(
    call: Call, engine: Engine, session: Session, cast: Cast, year: str
) -> None:
    ready(session, cast)
    with at(AFTER_CUT_OFF):
        moved = {"until": "2027-01-20", "reason": "集中外出"}
        seen = body(call(cast.chen_jing, "POST", f"{year}/cut-off", json=moved))
        assert (seen["cut_off"], seen["history"][0]["claim_until"]) == ("2027-01-20", "2027-01-20")
        stand_in = {"account_id": cast.wang_fang.account_id, "reason": "书记外出"}
        assert refusal(call(cast.chen_jing, "POST", f"{year}/delegate", json=stand_in)) == (409, "not_late")
    by_clock(session, clock.close_due, engine, AFTER_CUT_OFF + timedelta(days=10))
    with at(datetime(2027, 2, 20, 2, tzinfo=REPORTING.tzinfo)):
        stranger = {"account_id": cast.zhang_min.account_id, "reason": "书记外出"}
        assert refusal(call(cast.chen_jing, "POST", f"{year}/delegate", json=stranger)) == (422, "cannot_stand_in")
        seen = body(call(cast.chen_jing, "POST", f"{year}/delegate", json=stand_in))
        assert (seen["delegate"]["name"], seen["actions"]) == ("王芳", ["cut_off", "delegate", "delegate_end"])
        assert body(call(cast.wang_fang, "POST", f"{year}/draft", json={}))["state"] == "drafted"
        seen = body(call(cast.chen_jing, "POST", f"{year}/delegate", json={"account_id": None, "reason": "书记已回"}))
        assert seen["delegate"] is None
        assert refusal(call(cast.wang_fang, "POST", f"{year}/file", json={})) == (409, "wrong_status")


@pytest.mark.usefixtures("closing")
@until(date(2027, 2, 9))
def test_a_deputy_is_offered_once_a_step_is_late_for_fifteen_working_days(
    call: Call, cast: Cast, year: str, now: datetime, in_time: bool
) -> None:
    with at(now):
        assert ("delegate" in body(call(cast.chen_jing, "GET", year))["actions"]) is not in_time


@pytest.mark.parametrize("who", ["zhang_min", "zhao_qiang", "stranger", "administrator"])
def test_others_see_nothing_of_the_year(call: Call, cast: Cast, year: str, who: str) -> None:
    person: Person = getattr(cast, who)
    assert call(person, "GET", year).status_code in (403, 404)


def test_a_year_is_a_branchs(call: Call, cast: Cast) -> None:
    path = f"/organizations/{cast.general_branch}/years/{OLD}"
    assert refusal(call(cast.chen_jing, "GET", path)) == (404, "not_found")
