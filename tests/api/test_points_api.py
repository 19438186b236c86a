"""Scores, explanations, decisions and the negative list over HTTP."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from time_machine import travel

from server.audit.models import AuditLine
from server.holdings import DataSubject
from server.organizations.models import Membership
from server.points import service
from server.points.holdings import holdings as points_holdings
from server.points.models import NegativeChange, NegativeDecision, SourceKind
from server.points.scores.rules import NegativeAction, NegativeStep
from server.points.service import Posting
from tests.api.answers import refusal
from tests.cast import NOW, TODAY, Cast
from tests.conftest import Call
from tests.days import until
from tests.pushing import all_pushes

DEDUCTION = {
    "item_code": "B08",
    "occurred_on": "2026-06-01",
    "reason": "未完成任务",
    "document_number": "支字〔2026〕3号",
}


def path(cast: Cast, rest: str) -> str:
    return f"/members/{cast.zhang_min.member_id}/{rest}"


def negative(**changes: Any) -> dict[str, Any]:
    body = {
        "year": 2026,
        "category_code": "N02",
        "document_number": "纪字〔2026〕1号",
        "decided_on": "2026-06-01",
        "reason": "有权机关的生效决定",
    }
    return body | changes


PAPER = {"document_number": "纪字〔2026〕1号", "decided_on": "2026-06-01"}


def change(call: Call, cast: Cast, url: str, step: str, reason: str = "复议") -> Any:
    """Propose a change as 总支书记 and confirm it as 组织部."""
    proposed = call(cast.chen_jing, "POST", f"{url}/{step}", json={"reason": reason})
    body = {"change_id": proposed.json["proposed"]["id"]}
    return call(cast.organization_department, "POST", f"{url}/change-confirmation", json=body)


def test_a_member_reads_his_score_before_anything_is_posted(call: Call, cast: Cast) -> None:
    answer = call(cast.zhang_min, "GET", path(cast, "score"))
    assert (answer.status_code, answer.json["total"], answer.json["updated_at"]) == (200, "58.00", None)


def test_a_stored_score_has_two_decimals_and_local_time(call: Call, cast: Cast) -> None:
    call(cast.li_wei, "POST", path(cast, "decisions"), json=DEDUCTION)
    answer = call(cast.zhang_min, "GET", path(cast, "score?year=2026"))
    assert answer.json["total"] == "56.00"
    assert answer.json["sections"] == [{"code": "base", "points": "56.00"}, {"code": "contribution", "points": "0.00"}]
    assert answer.json["updated_at"].endswith("+08:00")


def test_an_explanation_leads_from_section_to_source_and_clause(call: Call, cast: Cast) -> None:
    call(cast.li_wei, "POST", path(cast, "decisions"), json=DEDUCTION)
    answer = call(cast.zhang_min, "GET", path(cast, "score/explanation"))
    base = answer.json["sections"][0]
    line = next(line for line in base["lines"] if line["code"] == "B08")
    entry = line["entries"][-1]
    assert (line["opening"], line["earned"], line["points"]) == ("6.00", "0.00", "4.00")
    assert (entry["points"], entry["counted"], entry["decided_by"]) == ("-2.00", "-2.00", "李伟")
    assert entry["source"]["title"] == "党支部决定"
    assert {"label": "文号", "text": DEDUCTION["document_number"]} in entry["source"]["details"]
    assert entry["clause"].startswith("《实施方案》")
    assert answer.json["still_possible"][0]["sentence"]


def test_the_ledger_is_paged_from_the_latest_entry(call: Call, cast: Cast) -> None:
    call(cast.li_wei, "POST", path(cast, "decisions"), json=DEDUCTION)
    first = call(cast.zhang_min, "GET", path(cast, "entries?limit=5")).json
    second = call(cast.zhang_min, "GET", path(cast, f"entries?limit=5&cursor={first['next_cursor']}")).json
    assert [entry["seq"] for entry in first["items"] + second["items"]] == list(range(9, 0, -1))
    assert second["next_cursor"] is None


def test_a_branch_lists_its_members_scores_the_highest_first(call: Call, cast: Cast) -> None:
    call(cast.li_wei, "POST", path(cast, "decisions"), json=DEDUCTION)
    call(cast.li_wei, "POST", f"/members/{cast.wang_fang.member_id}/decisions", json=DEDUCTION | {"item_code": "B10"})
    url = f"/organizations/{cast.branch}/scores?limit=1"
    rows, cursor = [], ""
    while cursor is not None:
        page = call(cast.li_wei, "GET", url + cursor).json
        rows += [(row["name"], row["total"]) for row in page["items"]]
        cursor = page["next_cursor"] and f"&cursor={page['next_cursor']}"
    assert rows == [("李伟", "58.00"), ("孙丽", "58.00"), ("张敏", "56.00"), ("王芳", "56.00")]


def test_who_leaves_today_is_not_among_the_scores_of_the_group(call: Call, session: Session, cast: Cast) -> None:
    both = Membership.member_id.in_([cast.zhang_min.member_id, cast.wang_fang.member_id])
    session.execute(update(Membership).where(both).values(group_id=cast.group))
    over = Membership.member_id == cast.wang_fang.member_id
    session.execute(update(Membership).where(over).values(until_date=TODAY))
    service.open_year(session, member_ids=[cast.zhang_min.member_id, cast.wang_fang.member_id], year=2026, now=NOW)
    session.commit()
    page = call(cast.li_wei, "GET", f"/organizations/{cast.group}/scores").json
    assert [row["name"] for row in page["items"]] == ["张敏"]


@until(date(2026, 12, 31))
def test_without_a_year_scores_are_those_of_the_running_one(
    call: Call, cast: Cast, now: datetime, in_time: bool
) -> None:
    with travel(now, tick=False):
        assert call(cast.zhang_min, "GET", path(cast, "score")).json["year"] == (2026 if in_time else 2027)


def test_a_broken_cursor_is_refused(call: Call, cast: Cast) -> None:
    answer = call(cast.li_wei, "GET", f"/organizations/{cast.branch}/scores?cursor=xx")
    assert answer.json["error"]["code"] == "invalid_cursor"


@pytest.mark.parametrize(
    ("person", "status"),
    [("zhang_min", 200), ("li_wei", 200), ("chen_jing", 200), ("inspector", 200)],
)
def test_the_member_and_those_above_read_his_score(call: Call, cast: Cast, person: str, status: int) -> None:
    assert call(cast.people[person], "GET", path(cast, "score")).status_code == status


@pytest.mark.parametrize(
    ("person", "status"),
    [("zhao_qiang", 404), ("zhou_yu", 404), ("administrator", 403), ("stranger", 403), ("representative", 403)],
)
def test_nobody_else_does(call: Call, cast: Cast, person: str, status: int) -> None:
    for rest in ("score", "score/explanation", "entries"):
        assert call(cast.people[person], "GET", path(cast, rest)).status_code == status


def test_looking_at_anothers_score_is_audited_and_at_ones_own_is_not(call: Call, cast: Cast, session: Session) -> None:
    call(cast.zhang_min, "GET", path(cast, "score"))
    call(cast.li_wei, "GET", path(cast, "score"))
    lines = session.query(AuditLine).filter_by(action="look", subject_kind="score").all()
    assert [line.actor_id for line in lines] == [cast.li_wei.account_id]


def test_the_secretary_gives_points_by_decision(call: Call, cast: Cast) -> None:
    body = {"item_code": "C05", "occurred_on": "2026-06-01", "reason": "讲党课", "times": 2}
    answer = call(cast.li_wei, "POST", path(cast, "decisions"), json=body)
    assert (answer.status_code, answer.json["points"], answer.json["text"]) == (201, "4.00", "讲党课")


def test_a_repeated_decision_under_one_key_takes_off_once(call: Call, cast: Cast) -> None:
    for _ in range(2):
        headers = {"Idempotency-Key": "one"}
        assert call(cast.li_wei, "POST", path(cast, "decisions"), json=DEDUCTION, headers=headers).status_code == 201
    assert call(cast.zhang_min, "GET", path(cast, "score")).json["total"] == "56.00"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"document_number": None}, "document_number_missing"),
        ({"item_code": "C04"}, "not_for_decision"),
        ({"item_code": "X1"}, "not_for_decision"),
        ({"occurred_on": "2026-06-19"}, "in_the_future"),
        ({"occurred_on": "2025-06-19"}, "no_membership"),
    ],
)
def test_what_a_branch_may_not_decide_is_refused(call: Call, cast: Cast, changes: dict[str, Any], code: str) -> None:
    answer = call(cast.li_wei, "POST", path(cast, "decisions"), json=DEDUCTION | changes)
    assert refusal(answer) == (422, code)


def test_nobody_decides_about_himself(call: Call, cast: Cast) -> None:
    answer = call(cast.li_wei, "POST", f"/members/{cast.li_wei.member_id}/decisions", json=DEDUCTION)
    assert answer.json["error"]["code"] == "own_decision"


def test_nobody_takes_back_what_was_decided_about_himself(call: Call, cast: Cast) -> None:
    own = f"/members/{cast.li_wei.member_id}"
    seq = call(cast.chen_jing, "POST", f"{own}/decisions", json=DEDUCTION).json["seq"]
    answer = call(cast.li_wei, "POST", f"{own}/entries/{seq}/reversal", json={"reason": "不同意"})
    assert answer.json["error"]["code"] == "own_decision"
    assert call(cast.li_wei, "GET", f"{own}/score").json["total"] == "56.00"


def test_nobody_takes_any_step_of_a_negative_decision_about_himself(call: Call, cast: Cast) -> None:
    own = f"/members/{cast.chen_jing.member_id}/negative-decisions"
    assert call(cast.chen_jing, "POST", own, json=negative()).json["error"]["code"] == "own_decision"
    made = call(cast.organization_department, "POST", own, json=negative())
    url = f"/negative-decisions/{made.json['id']}"
    again = {name: negative()[name] for name in ("document_number", "decided_on")}
    assert call(cast.chen_jing, "POST", f"{url}/confirmation", json=again).json["error"]["code"] == "own_decision"
    withdrawal = call(cast.chen_jing, "POST", f"{url}/revocation", json={"reason": "不同意"})
    assert withdrawal.json["error"]["code"] == "own_decision"


def test_a_member_cannot_decide_and_another_branchs_secretary_does_not_find_him(call: Call, cast: Cast) -> None:
    assert call(cast.zhang_min, "POST", path(cast, "decisions"), json=DEDUCTION).status_code == 403
    assert call(cast.zhao_qiang, "POST", path(cast, "decisions"), json=DEDUCTION).status_code == 404


def test_a_reversal_restores_the_score_and_is_made_once(call: Call, cast: Cast) -> None:
    seq = call(cast.li_wei, "POST", path(cast, "decisions"), json=DEDUCTION).json["seq"]
    answers = [
        call(cast.li_wei, "POST", path(cast, f"entries/{seq}/reversal"), json={"reason": "决定已撤回"})
        for _ in range(2)
    ]
    assert {answer.json["seq"] for answer in answers} == {seq + 1}
    assert call(cast.zhang_min, "GET", path(cast, "score")).json["total"] == "58.00"


@pytest.mark.parametrize(
    ("fact", "where"),
    [((SourceKind.claim, "C04", "1"), "撤销审核通过"), ((SourceKind.dues, "B05", "-2"), "更正登记错误")],
)
def test_what_a_claim_or_dues_posted_is_reversed_there(
    call: Call, cast: Cast, session: Session, fact: tuple[SourceKind, str, str], where: str
) -> None:
    kind, code, points = fact
    posting = Posting(cast.zhang_min.member_id, code, TODAY, kind, 1, points=Decimal(points))
    (entry,) = service.post(session, [posting], now=NOW)
    session.commit()
    before = call(cast.zhang_min, "GET", path(cast, "score")).json["total"]
    answer = call(cast.li_wei, "POST", path(cast, f"entries/{entry.seq}/reversal"), json={"reason": "误"})
    assert refusal(answer) == (409, "reverse_at_source")
    assert where in answer.json["error"]["message"]
    assert call(cast.zhang_min, "GET", path(cast, "score")).json["total"] == before


def test_what_does_not_exist_cannot_be_reversed(call: Call, cast: Cast) -> None:
    answer = call(cast.li_wei, "POST", path(cast, "entries/99/reversal"), json={"reason": "误"})
    assert answer.status_code == 404


@pytest.mark.at_the_edges_of_the_day
def test_a_negative_decision_counts_once_another_person_confirmed_it(call: Call, cast: Cast, session: Session) -> None:
    posting = Posting(cast.zhang_min.member_id, "C04", TODAY, SourceKind.claim, 1)
    service.post(session, [posting], now=NOW)
    session.commit()
    made = call(cast.chen_jing, "POST", path(cast, "negative-decisions"), json=negative())
    url = f"/negative-decisions/{made.json['id']}"
    assert call(cast.zhang_min, "GET", path(cast, "score")).json["total"] == "58.00"
    assert call(cast.zhang_min, "GET", path(cast, "negative-decisions")).json["items"] == []
    own = call(cast.chen_jing, "POST", f"{url}/confirmation", json=PAPER)
    assert own.json["error"]["code"] == "same_person"
    assert call(cast.organization_department, "POST", f"{url}/confirmation", json=PAPER).json["status"] == "in_force"
    score = call(cast.zhang_min, "GET", path(cast, "score")).json
    assert (score["total"], score["note"]) == (None, "另行通报")
    assert score["sections"][0] == {"code": "base", "points": "58.00"}
    assert call(cast.zhang_min, "GET", path(cast, "negative-decisions")).json["items"][0]["reason"]
    row = call(cast.li_wei, "GET", f"/organizations/{cast.branch}/scores").json["items"][-1]
    assert (row["total"], row["note"]) == (None, "另行通报")
    assert call(cast.li_wei, "GET", path(cast, "negative-decisions")).status_code in (403, 404)


def test_what_was_withdrawn_before_it_was_confirmed_never_reaches_the_member(
    call: Call, cast: Cast, session: Session
) -> None:
    made = call(cast.chen_jing, "POST", path(cast, "negative-decisions"), json=negative())
    withdrawn = call(
        cast.chen_jing, "POST", f"/negative-decisions/{made.json['id']}/revocation", json={"reason": "录入错误"}
    )
    assert withdrawn.json["status"] == "revoked"
    assert call(cast.zhang_min, "GET", path(cast, "negative-decisions")).json["items"] == []
    assert call(cast.zhang_min, "GET", path(cast, "score")).json["total"] == "58.00"
    assert all_pushes(session) == []


def test_suspension_and_revocation_restore_the_score(call: Call, cast: Cast) -> None:
    call(cast.li_wei, "POST", path(cast, "decisions"), json=DEDUCTION)
    made = call(cast.chen_jing, "POST", path(cast, "negative-decisions"), json=negative())
    url = f"/negative-decisions/{made.json['id']}"
    call(cast.organization_department, "POST", f"{url}/confirmation", json=PAPER)
    totals = []
    for action in ("suspension", "resumption", "revocation"):
        change(call, cast, url, action)
        totals.append(call(cast.zhang_min, "GET", path(cast, "score")).json["total"])
    assert totals == ["56.00", None, "56.00"]
    again = call(cast.organization_department, "POST", f"{url}/confirmation", json=PAPER)
    assert refusal(again) == (409, "wrong_status")


def test_no_step_of_a_negative_decision_hides_who_did_another(call: Call, cast: Cast, session: Session) -> None:
    made = call(cast.chen_jing, "POST", path(cast, "negative-decisions"), json=negative())
    url = f"/negative-decisions/{made.json['id']}"
    call(cast.organization_department, "POST", f"{url}/confirmation", json=PAPER)
    steps = [
        ("suspension", NegativeAction.suspend, "申诉"),
        ("resumption", NegativeAction.resume, "申诉驳回"),
        ("revocation", NegativeAction.revoke, "改判"),
    ]
    for step, _action, reason in steps:
        assert change(call, cast, url, step, reason).status_code == 200
    decision = session.get_one(NegativeDecision, made.json["id"])
    chen_jing, department = cast.chen_jing.account_id, cast.organization_department.account_id
    assert (decision.entered_by, decision.confirmed_by) == (chen_jing, department)
    rows = session.scalars(select(NegativeChange).order_by(NegativeChange.id)).all()
    assert [(row.changed_by, row.action, row.step, row.reason) for row in rows] == [
        row
        for _step, action, reason in steps
        for row in (
            (chen_jing, action, NegativeStep.proposed, reason),
            (department, action, NegativeStep.confirmed, reason),
        )
    ]
    assert negative_lines(session) == [
        ("negative_record", chen_jing, decision.id),
        ("negative_confirm", department, decision.id),
        *(
            line
            for _step, action, _reason in steps
            for line in (
                (f"negative_{action}_propose", chen_jing, decision.id),
                (f"negative_{action}", department, decision.id),
            )
        ),
    ]


def test_a_decision_withdrawn_before_it_is_confirmed_leaves_its_lines_and_no_trace_for_the_member(
    call: Call, cast: Cast, session: Session
) -> None:
    made = call(cast.chen_jing, "POST", path(cast, "negative-decisions"), json=negative())
    url = f"/negative-decisions/{made.json['id']}"
    call(cast.organization_department, "POST", f"{url}/revocation", json={"reason": "录入有误"})
    assert [line[0] for line in negative_lines(session)] == ["negative_record", "negative_withdraw"]
    zhang_min = cast.zhang_min
    subject = DataSubject(zhang_min.member_id, cast.root, "张敏", None, zhang_min.account_id, (), ())
    about = [holding for holding in points_holdings(subject) if "负面清单" in holding.title]
    assert len(about) == 3

    def counted() -> list[int]:
        counts = [select(func.count()).select_from(held.table).where(held.where) for held in about]
        found = [session.scalar(count) or 0 for count in counts]
        session.rollback()
        return found

    assert counted() == [0, 0, 0]
    made = call(cast.chen_jing, "POST", path(cast, "negative-decisions"), json=negative(document_number="另一文号"))
    url = f"/negative-decisions/{made.json['id']}"
    call(cast.organization_department, "POST", f"{url}/confirmation", json=PAPER | {"document_number": "另一文号"})
    call(cast.chen_jing, "POST", f"{url}/suspension", json={"reason": "申诉"})
    assert counted() == [1, 0, 2], "what is only proposed is not for their eyes"
    change_id = call(cast.chen_jing, "GET", path(cast, "negative-decisions")).json["items"][0]["proposed"]["id"]
    call(cast.organization_department, "POST", f"{url}/change-confirmation", json={"change_id": change_id})
    assert counted() == [1, 1, 3]


def negative_lines(session: Session) -> list[tuple[str, int | None, int | None]]:
    lines = session.scalars(select(AuditLine).where(AuditLine.subject_kind == "negative").order_by(AuditLine.id))
    return [(line.action, line.actor_id, line.subject_id) for line in lines]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"category_code": "N99"}, 422, "unknown_category"),
        ({"decided_on": "2026-06-19"}, 422, "in_the_future"),
        ({"year": 2030}, 422, "no_standard"),
    ],
)
def test_a_negative_decision_must_rest_on_the_standard(
    call: Call, cast: Cast, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = call(cast.chen_jing, "POST", path(cast, "negative-decisions"), json=negative(**changes))
    assert refusal(answer) == (status, code)


def test_one_document_is_recorded_once(call: Call, cast: Cast) -> None:
    answers = [call(cast.chen_jing, "POST", path(cast, "negative-decisions"), json=negative()) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]


def test_a_branch_records_no_negative_decisions(call: Call, cast: Cast) -> None:
    assert call(cast.li_wei, "POST", path(cast, "negative-decisions"), json=negative()).status_code == 403


def test_the_second_person_sees_neither_number_nor_day_and_types_them(call: Call, cast: Cast, session: Session) -> None:
    made = call(cast.chen_jing, "POST", path(cast, "negative-decisions"), json=negative())
    assert (made.json["document_number"], made.json["mine"]) == ("纪字〔2026〕1号", True)
    (shown,) = call(cast.organization_department, "GET", path(cast, "negative-decisions")).json["items"]
    assert (shown["document_number"], shown["decided_on"], shown["mine"], shown["name"]) == (None, None, False, "陈静")
    url = f"/negative-decisions/{made.json['id']}/confirmation"
    assert call(cast.organization_department, "POST", url).status_code == 422
    wrong = call(cast.organization_department, "POST", url, json=PAPER | {"decided_on": "2026-06-02"})
    assert refusal(wrong) == (422, "does_not_match")
    assert not {"2026", "纪字"} & set(wrong.get_data(as_text=True).split())
    assert call(cast.zhang_min, "GET", path(cast, "negative-decisions")).json["items"] == []
    assert call(cast.organization_department, "POST", url, json=PAPER).json["document_number"] == "纪字〔2026〕1号"
    assert [action for action, _by, _id in negative_lines(session)] == [
        "negative_record",
        "negative_mismatch",
        "negative_confirm",
    ]


def test_a_change_is_told_only_after_the_second_person(call: Call, cast: Cast, session: Session) -> None:
    made = call(cast.chen_jing, "POST", path(cast, "negative-decisions"), json=negative())
    url = f"/negative-decisions/{made.json['id']}"
    call(cast.organization_department, "POST", f"{url}/confirmation", json=PAPER)
    proposed = call(cast.chen_jing, "POST", f"{url}/revocation", json={"reason": "改判"}).json
    assert (proposed["status"], proposed["proposed"]["action"], proposed["proposed"]["mine"]) == (
        "in_force",
        "revoke",
        True,
    )
    (own,) = call(cast.zhang_min, "GET", path(cast, "negative-decisions")).json["items"]
    assert (own["status"], own["proposed"], own["name"]) == ("in_force", None, None)
    assert call(cast.zhang_min, "GET", path(cast, "score")).json["total"] is None
    assert len(all_pushes(session)) == 1
    session.rollback()
    body = {"change_id": proposed["proposed"]["id"]}
    own = call(cast.chen_jing, "POST", f"{url}/change-confirmation", json=body)
    assert refusal(own) == (422, "same_person")
    headers = {"Idempotency-Key": "once"}
    answers = [
        call(cast.organization_department, "POST", f"{url}/change-confirmation", json=body, headers=headers)
        for _ in range(2)
    ]
    assert [answer.json["status"] for answer in answers] == ["revoked", "revoked"]
    assert [push.content["result"] for push in all_pushes(session)] == ["已生效", "已撤销"]
    session.rollback()
    replayed = call(cast.organization_department, "POST", f"{url}/change-confirmation", json=body)
    assert refusal(replayed) == (409, "moved_on")


def test_a_proposed_change_is_taken_back(call: Call, cast: Cast, session: Session) -> None:
    made = call(cast.chen_jing, "POST", path(cast, "negative-decisions"), json=negative())
    url = f"/negative-decisions/{made.json['id']}"
    call(cast.organization_department, "POST", f"{url}/confirmation", json=PAPER)
    proposed = call(cast.chen_jing, "POST", f"{url}/suspension", json={"reason": "申诉"}).json["proposed"]
    body = {"change_id": proposed["id"]}
    assert call(cast.zhang_min, "POST", f"{url}/change-withdrawal", json=body).status_code == 403
    assert call(cast.chen_jing, "POST", f"{url}/change-withdrawal", json=body).json["proposed"] is None
    rows = session.scalars(select(NegativeChange).order_by(NegativeChange.id)).all()
    assert [row.step for row in rows] == [NegativeStep.proposed, NegativeStep.withdrawn]
    assert len(all_pushes(session)) == 1
