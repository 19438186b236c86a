"""Objections over HTTP: who sees how much of one, and what they may do with it."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.identity import service as identity
from server.identity.rules import Role
from server.pushes.models import Push
from tests.api.answers import body, refusal
from tests.cast import YEAR_START, Cast, Person
from tests.conftest import Call
from tests.objecting import WORDS, rejected

FINDING = "已查社区通知和签到，当天上午在社区值守。"


@pytest.fixture
def claim_id(session: Session, cast: Cast) -> int:
    """张敏's claim that 王芳 did not allow."""
    claim = rejected(session, cast.zhang_min, cast.wang_fang)
    session.commit()
    return claim.id


def raised(call: Call, cast: Cast, claim_id: int, by: Person | None = None, **more: Any) -> dict[str, Any]:
    said = {"subject_kind": "rejection", "subject_id": claim_id, "words": WORDS, "wish": "认定 1.00 分"}
    answer = call(by or cast.zhang_min, "POST", f"/members/{cast.zhang_min.member_id}/objections", json=said | more)
    found: dict[str, Any] = body(answer)
    return found


def step(call: Call, by: Person, found: dict[str, Any], action: str, **said: Any) -> dict[str, Any]:
    answer = call(by, "POST", f"/objections/{found['id']}/{action}", json={"version": found["version"]} | said)
    after: dict[str, Any] = body(answer)
    return after


def seen(call: Call, by: Person, found: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = body(call(by, "GET", f"/objections/{found['id']}"))
    return shown


def test_the_form_says_what_it_is_about_and_when_the_answer_comes(call: Call, cast: Cast, claim_id: int) -> None:
    place = f"/members/{cast.zhang_min.member_id}/objection-form?subject_kind=rejection&subject_id={claim_id}"
    form = body(call(cast.zhang_min, "GET", place))
    assert form["title"] == "个人申报：社区志愿服务"
    assert form["organization"] == "教工第一党支部"
    assert (form["admission_by"], form["admission_counted"]) == ("2026-06-23", "2 个工作日，不计 6 月 19、20、21 日")
    assert (form["closes_on"], form["needs_reason"], form["open_id"]) == (None, False, None)
    found = raised(call, cast, claim_id)
    assert body(call(cast.zhang_min, "GET", place))["open_id"] == found["id"]
    assert refusal(call(cast.zhang_min, "GET", place.replace(f"={claim_id}", "=999"))) == (404, "not_found")


def test_a_members_objection_is_upheld_above_and_told_at_every_step(
    session: Session, call: Call, cast: Cast, claim_id: int
) -> None:
    found = raised(call, cast, claim_id)
    assert found["actions"] == ["withdraw"]
    office = seen(call, cast.li_wei, found)
    assert set(office["actions"]) == {"refuse", "assign"}
    assert {each["name"]: each["reason"] for each in office["candidates"]} == {
        "李伟": None,
        "孙丽": None,
        "王芳": "作出决定的人",
    }
    found = step(call, cast.li_wei, found, "assign", investigator_id=cast.sun_li.account_id)
    assert seen(call, cast.sun_li, found)["actions"] == ["extend", "answer"]
    found = step(call, cast.sun_li, found, "answer", finding=FINDING, outcome="dismissed")
    assert set(seen(call, cast.zhang_min, found)["actions"]) == {"accept", "escalate"}
    found = step(call, cast.zhang_min, found, "escalate", words="没有看居委会的证明")
    found = step(call, cast.chen_jing, found, "assign", investigator_id=cast.chen_jing.account_id)
    found = step(call, cast.chen_jing, found, "answer", finding=FINDING, outcome="upheld", corrects=True)
    own = seen(call, cast.zhang_min, found)
    assert (own["status_title"], own["actions"], own["due"]) == ("已作专项查核认定，待更正", [], None)
    assert [(each["title"], each["by"]) for each in own["steps"]] == [
        ("提出异议", "张敏"),
        ("受理，确定核查人", "李伟"),
        ("答复", "孙丽"),
        ("提请上级专项查核", "张敏"),
        ("受理，确定核查人", "陈静"),
        ("答复", "陈静"),
    ]
    assert [each["outcome_title"] for each in own["inquiries"]] == ["不成立", "成立"]
    told = session.scalars(select(Push).where(Push.occasion == "objection_progress").order_by(Push.id)).all()
    assert [each.content["result"] for each in told] == ["已受理", "已答复", "复核中", "复核已答复"]
    assert not any(WORDS in str(each.content) or FINDING in str(each.content) for each in told)


def test_who_is_concerned_learns_the_answer_only(session: Session, call: Call, cast: Cast, claim_id: int) -> None:
    found = raised(call, cast, claim_id)
    found = step(call, cast.li_wei, found, "assign", investigator_id=cast.sun_li.account_id)
    step(call, cast.sun_li, found, "answer", finding=FINDING, outcome="dismissed")
    shown = seen(call, cast.wang_fang, found)
    assert (shown["told"], shown["name"], shown["words"], shown["wish"]) == (False, None, None, None)
    assert shown["inquiries"][0]["finding"] == FINDING
    assert WORDS not in str(shown)
    assert "张敏" not in str(shown)
    assert shown["actions"] == []
    [line] = body(call(cast.wang_fang, "GET", f"/organizations/{cast.branch}/objections"))["items"]
    assert line["name"] is None


def test_others_do_not_find_it(call: Call, cast: Cast, claim_id: int) -> None:
    found = raised(call, cast, claim_id)
    for stranger in (cast.zhao_qiang, cast.wu_gang, cast.inspector, cast.administrator):
        assert call(stranger, "GET", f"/objections/{found['id']}").status_code in (403, 404)


def test_an_officer_writes_down_what_came_on_paper(call: Call, cast: Cast, claim_id: int) -> None:
    intake = "6 月 18 日上午当面交来书面材料"
    found = raised(call, cast, claim_id, by=cast.sun_li, via="paper", intake=intake)
    assert (found["via"], found["steps"][0]["words"]) == ("paper", intake)
    own = body(call(cast.zhang_min, "GET", f"/members/{cast.zhang_min.member_id}/objections"))["items"]
    assert [each["id"] for each in own] == [found["id"]]


def test_refused_it_says_where_to_turn(call: Call, cast: Cast, claim_id: int) -> None:
    found = raised(call, cast, claim_id)
    found = step(call, cast.li_wei, found, "refuse", why="not_ours", words="请向学院工会提出")
    assert seen(call, cast.zhang_min, found)["steps"][-1]["words"] == "不属于本党组织处理。请向学院工会提出"


def test_what_waits_is_a_to_do_of_whoever_assigns_and_then_of_whoever_investigates(
    call: Call, cast: Cast, claim_id: int
) -> None:
    def waits(person: Person) -> list[str]:
        return [each["kind"] for each in body(call(person, "GET", "/me/todos"))["items"]]

    found = raised(call, cast, claim_id)
    assert ["objections" in waits(each) for each in (cast.li_wei, cast.sun_li, cast.wang_fang)] == [True, False, False]
    step(call, cast.li_wei, found, "assign", investigator_id=cast.sun_li.account_id)
    assert ["objections" in waits(each) for each in (cast.li_wei, cast.sun_li, cast.wang_fang)] == [False, True, False]


def test_every_look_of_an_officer_leaves_a_line(session: Session, call: Call, cast: Cast, claim_id: int) -> None:
    found = raised(call, cast, claim_id)
    seen(call, cast.zhang_min, found)
    seen(call, cast.li_wei, found)
    looks = select(AuditLine.actor_id).where(AuditLine.action == "look", AuditLine.subject_kind == "objection")
    assert session.scalars(looks).all() == [cast.li_wei.account_id]


def test_a_long_list_is_paged_and_filtered(session: Session, call: Call, cast: Cast) -> None:
    ids = [rejected(session, cast.zhang_min, cast.wang_fang, title=f"服务{n}").id for n in range(3)]
    session.commit()
    found = [raised(call, cast, each) for each in ids]
    step(call, cast.zhang_min, found[0], "withdraw")
    place = f"/organizations/{cast.general_branch}/objections"
    first = body(call(cast.chen_jing, "GET", f"{place}?limit=2"))
    rest = body(call(cast.chen_jing, "GET", f"{place}?limit=2&cursor={first['next_cursor']}"))
    assert [each["id"] for each in first["items"] + rest["items"]] == [each["id"] for each in reversed(found)]
    closed = body(call(cast.chen_jing, "GET", f"{place}?open=false"))["items"]
    assert [each["id"] for each in closed] == [found[0]["id"]]


def test_an_officer_of_two_places_is_offered_once(session: Session, call: Call, cast: Cast, claim_id: int) -> None:
    identity.grant(
        session,
        account_id=cast.sun_li.account_id,
        role=Role.committee_member,
        organization_id=cast.branch,
        from_date=YEAR_START,
        until_date=None,
        granted_by=None,
        now=cast.now,
    )
    session.commit()
    found = raised(call, cast, claim_id)
    names = [each["name"] for each in seen(call, cast.li_wei, found)["candidates"]]
    assert sorted(names) == ["孙丽", "李伟", "王芳"]


def test_what_may_be_objected_to_is_offered_and_says_what_is_being_handled(
    call: Call, cast: Cast, claim_id: int
) -> None:
    place = f"/members/{cast.zhang_min.member_id}/objection-matters"
    offered = body(call(cast.zhang_min, "GET", place))["items"]
    assert [(each["subject_kind"], each["subject_id"], each["open_id"]) for each in offered] == [
        ("rejection", claim_id, None)
    ]
    assert offered[0]["title"] == "个人申报：社区志愿服务"
    found = raised(call, cast, claim_id)
    assert body(call(cast.li_wei, "GET", place))["items"][0]["open_id"] == found["id"]
    assert refusal(call(cast.zhao_qiang, "GET", place)) == (404, "not_found")


def test_who_admits_sees_window_and_earlier_objections_and_who_is_busy(call: Call, cast: Cast, claim_id: int) -> None:
    first = raised(call, cast, claim_id)
    assert first["admission"] is None
    admission = seen(call, cast.li_wei, first)["admission"]
    assert (admission["ours"], admission["closes_on"], admission["on_time"], admission["earlier_id"]) == (
        True,
        None,
        True,
        None,
    )
    assert admission["answer_by"] == "2026-06-26"
    offices = {each["name"]: (each["office"], each["in_work"]) for each in seen(call, cast.li_wei, first)["candidates"]}
    assert offices == {"李伟": ("支部书记", 0), "孙丽": ("副书记", 0), "王芳": ("支委", 0)}
    step(call, cast.li_wei, first, "refuse", why="not_ours", words="请向原支部提出")
    second = raised(call, cast, claim_id)
    assert seen(call, cast.li_wei, second)["admission"]["earlier_id"] == first["id"]
    step(call, cast.li_wei, second, "assign", investigator_id=cast.sun_li.account_id)
    shown = seen(call, cast.li_wei, second)
    assert shown["admission"] is None
    assert next(each["in_work"] for each in shown["candidates"] if each["name"] == "孙丽") == 1
    admitted = shown["steps"][1]
    assert (admitted["due_on"], admitted["counted"]) == ("2026-06-23", "2 个工作日，不计 6 月 19、20、21 日")
