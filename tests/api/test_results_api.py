"""Results of a year over HTTP: one's own, a member's, a branch's, and 积分证明."""

from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.annual.results.holdings import holdings
from server.audit.models import AuditLine
from server.holdings import DataSubject
from server.points.models import NegativeDecision
from server.years.rules import YearState
from tests.api.answers import refusal
from tests.cast import NOW, TODAY, Cast, Person
from tests.conftest import Call
from tests.counting import counted
from tests.results import draft, open_old_year
from tests.years import DRAFTING, OLD, moved_to


def of_member(person: Person) -> str:
    return f"/members/{person.member_id}/results/{OLD}"


def of_branch(cast: Cast) -> str:
    return f"/organizations/{cast.branch}/years/{OLD}/results"


@pytest.fixture(autouse=True)
def edition(session: Session, cast: Cast) -> str:
    """The branch's results are drafted, and 王芳 is 另行通报."""
    open_old_year(session, cast)
    session.add(
        NegativeDecision(
            **{"root_id": cast.root, "organization_id": cast.branch, "member_id": cast.wang_fang.member_id},
            **{"year": OLD, "category_code": "N1", "category_title": "受到党纪处分", "clause": "三"},
            **{"document_number": "党纪〔2026〕1号", "decided_on": TODAY, "reason": "违纪"},
            **{"status": "in_force", "entered_by": cast.chen_jing.account_id, "entered_at": NOW},
        )
    )
    session.commit()
    return draft(session, cast).hash


def report(session: Session, cast: Cast) -> None:
    moved_to(session, cast.branch, YearState.reported, now=DRAFTING)


def test_a_draft_is_for_officers_alone(call: Call, cast: Cast) -> None:
    assert call(cast.zhang_min, "GET", "/me/results").json["items"] == []
    assert refusal(call(cast.zhang_min, "GET", f"/me/results/{OLD}")) == (404, "not_found")
    assert refusal(call(cast.zhang_min, "GET", of_member(cast.zhang_min))) == (404, "not_found")
    for officer in (cast.li_wei, cast.chen_jing, cast.inspector):
        assert call(officer, "GET", of_member(cast.zhang_min)).json["state"] == "drafted"


def test_what_the_meeting_heard_everybody_reads_of_themselves(
    call: Call, session: Session, cast: Cast, edition: str
) -> None:
    report(session, cast)
    found = call(cast.zhang_min, "GET", f"/me/results/{OLD}").json
    assert {
        name: found[name] for name in ("total", "position", "standing", "note", "edition", "corrected", "hash")
    } == {
        **{"total": "62.00", "position": 1, "standing": "scored", "note": None, "edition": 1, "corrected": False},
        "hash": edition,
    }
    assert found["sections"] == [{"code": "base", "points": "62.00"}, {"code": "contribution", "points": "0.00"}]
    assert call(cast.zhang_min, "GET", "/me/results").json["items"] == [found]
    assert call(cast.zhang_min, "GET", of_member(cast.zhang_min)).json == found
    assert refusal(call(cast.zhang_min, "GET", of_member(cast.li_wei))) == (404, "not_found")


def test_who_is_reported_separately_has_no_total_and_stands_last(call: Call, session: Session, cast: Cast) -> None:
    report(session, cast)
    own = call(cast.wang_fang, "GET", f"/me/results/{OLD}").json
    assert (own["total"], own["note"], own["position"]) == (None, "另行通报", None)
    found = call(cast.li_wei, "GET", of_branch(cast)).json
    assert (found["scored"], found["exempt"], found["negative"]) == (3, 0, 1)
    assert [each["name"] for each in found["items"]] == ["李伟", "孙丽", "张敏", "王芳"]
    assert (found["edition"]["edition"], found["edition"]["drawn_by"], found["state"]) == (1, "李伟", "reported")


def test_a_branch_without_results_has_nothing_to_show(call: Call, cast: Cast) -> None:
    path = f"/organizations/{cast.other_branch}/years/{OLD}/results"
    assert refusal(call(cast.zhao_qiang, "GET", path)) == (404, "not_found")


def test_someone_without_a_roster_entry_has_no_results(call: Call, cast: Cast) -> None:
    assert call(cast.administrator, "GET", "/me/results").json["items"] == []
    assert refusal(call(cast.administrator, "GET", f"/me/results/{OLD}")) == (404, "not_found")


def test_every_look_at_anothers_result_is_noted(call: Call, session: Session, cast: Cast) -> None:
    member_id = cast.zhang_min.member_id
    for path in (of_member(cast.zhang_min), of_branch(cast), f"/members/{member_id}/certificate?on={TODAY}"):
        call(cast.li_wei, "GET", path)
    looks = select(AuditLine.subject_kind, AuditLine.subject_id).where(AuditLine.action == "look")
    assert [tuple(row) for row in session.execute(looks.order_by(AuditLine.id))] == [
        ("member_results", member_id),
        ("organization_results", cast.branch),
        ("certificate", member_id),
    ]


def test_one_select_reads_ones_result(call: Call, session: Session, engine: Engine, cast: Cast) -> None:
    report(session, cast)
    call(cast.zhang_min, "GET", f"/me/results/{OLD}")
    with counted(engine) as sent:
        call(cast.zhang_min, "GET", f"/me/results/{OLD}")
    assert sum("annual_" in statement for statement in sent) == 1
    with counted(engine) as empty:
        call(cast.zhang_min, "GET", "/me/privacy-consents")
    assert len(sent) <= len(empty)


def test_a_certificate_says_the_year_so_far_and_until_when_one_may_object(call: Call, cast: Cast) -> None:
    found = call(cast.zhang_min, "GET", f"/members/{cast.zhang_min.member_id}/certificate?on={TODAY}").json
    wanted: dict[str, Any] = {
        **{"name": "张敏", "branch": "教工第一党支部", "unit": "计算机科学与技术学院党总支", "year": OLD},
        **{"on": "2026-06-18", "total": "58.00", "total_cap": "100.00", "note": None},
        **{"object_until": "2026-06-26", "object_note": None},
    }
    assert {name: found[name] for name in wanted} == wanted
    assert found["sections"][0] | {"title": ""} == {"code": "base", "title": "", "points": "58.00", "cap": "70.00"}
    other = f"/members/{cast.wang_fang.member_id}/certificate?on={TODAY}"
    assert call(cast.wang_fang, "GET", other).json["note"] == "另行通报"
    tomorrow = f"/members/{cast.zhang_min.member_id}/certificate?on=2026-06-19"
    assert refusal(call(cast.zhang_min, "GET", tomorrow)) == (422, "in_the_future")


def test_a_person_takes_their_results_along_once_they_are_told(session: Session, cast: Cast) -> None:
    who = cast.zhang_min
    subject = DataSubject(who.member_id, cast.root, who.name, None, who.account_id, (), ())

    def held() -> list[int]:
        queries = [select(holding.table).where(holding.where) for holding in holdings(subject)]
        return [len(session.execute(query).all()) for query in queries]

    assert held() == [0, 0]
    report(session, cast)
    assert held() == [1, 2]
