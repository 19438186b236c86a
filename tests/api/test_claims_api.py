"""Claims over HTTP: what each role gets, what is refused and how it reads."""

from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server.audit.models import AuditLine
from server.claims.models import Claim
from server.presentation import encode_cursor
from tests.api.answers import body, refusal
from tests.cast import Cast, Person
from tests.claiming import paid, submitted
from tests.conftest import Call
from tests.counting import counted
from tests.pictures import jpeg

VOLUNTEERING: dict[str, Any] = {
    "title": "社区志愿服务",
    "description": "协助登记",
    "item_code": "C04",
    "quantity": "2",
    "occurred_on": "2026-06-01",
    "submit": True,
}


def claimed(call: Call, person: Person, **changes: Any) -> dict[str, Any]:
    """Hand in a claim and return it."""
    return dict(body(call(person, "POST", f"/members/{person.member_id}/claims", json=VOLUNTEERING | changes)))


def sent(call: Call, person: Person) -> int:
    """Upload the same picture as everyone else and return its id."""
    form = {"photo": (BytesIO(jpeg()), "照片.jpg", "image/jpeg")}
    return int(body(call(person, "POST", f"/members/{person.member_id}/photos", data=form))["id"])


def opened(call: Call, person: Person, claim: dict[str, Any]) -> dict[str, Any]:
    return dict(body(call(person, "POST", f"/claims/{claim['id']}/open")))


def decide(call: Call, person: Person, claim: dict[str, Any], how: str = "approve", **words: Any) -> TestResponse:
    decision = {"version": claim["version"]} | words
    response: TestResponse = call(person, "POST", f"/claims/{claim['id']}/{how}", json=decision)
    return response


def test_a_claim_goes_from_phone_to_points(call: Call, cast: Cast) -> None:
    claim = claimed(call, cast.zhang_min)
    assert (claim["status"], claim["proposed_points"], claim["item_title"]) == (
        "submitted",
        "2.00",
        "联系服务师生群众（志愿、结对）",
    )
    queue = body(call(cast.li_wei, "GET", f"/organizations/{cast.branch}/review-queue"))
    assert [line["id"] for line in queue["items"]] == [claim["id"]]
    review = opened(call, cast.li_wei, claim)
    assert (review["room"], review["line"]) == ("10.00", {"points": "0.00", "cap": "10.00"})
    assert review["already_counted"] == []
    decided = body(decide(call, cast.li_wei, claim))
    assert decided["claim"]["approved_points"] == "2.00"
    assert decided["next_claim_id"] is None
    shown = body(call(cast.zhang_min, "GET", f"/claims/{claim['id']}"))
    assert [event["kind"] for event in shown["timeline"]] == ["created", "submitted", "opened", "approved"]
    assert shown["timeline"][-1]["actor"] == "李伟"
    assert shown["timeline"][-1]["at"].endswith("+08:00")
    assert shown["participants"] == [
        {"member_id": cast.zhang_min.member_id, "name": "张敏", "place": 1, "points": "2.00"}
    ]


def test_a_reviewer_reads_whose_claim_and_whose_photo_is_like_this_one(call: Call, cast: Cast) -> None:
    first = claimed(call, cast.zhang_min, photo_ids=[sent(call, cast.zhang_min)])
    second = claimed(call, cast.sun_li, photo_ids=[sent(call, cast.sun_li)])
    joint = claimed(call, cast.zhang_min, title="另一次志愿服务")
    (match,) = opened(call, cast.li_wei, second)["photo_matches"]
    assert (match["other_member_name"], match["other_claim_id"]) == ("张敏", first["id"])
    (counted,) = opened(call, cast.li_wei, joint)["already_counted"]
    assert (counted["member_name"], counted["title"], counted["same"]) == ("张敏", "社区志愿服务", False)


def test_a_decision_leads_to_the_next_claim(call: Call, cast: Cast) -> None:
    first, second = claimed(call, cast.zhang_min), claimed(call, cast.zhang_min, title="结对帮扶")
    opened(call, cast.li_wei, first)
    decided = body(decide(call, cast.li_wei, first, "reject", reason="与本人无关"))
    assert decided["next_claim_id"] == second["id"]


def test_an_approval_reads_once_what_stays_as_it_is(call: Call, engine: Engine, session: Session, cast: Cast) -> None:
    handed_in = submitted(session, cast.zhang_min)
    claim = {"id": handed_in.id, "version": handed_in.version}
    session.commit()
    opened(call, cast.li_wei, claim)
    with counted(engine) as statements:
        body(decide(call, cast.li_wei, claim))
    sent = [" ".join(statement.split()) for statement in statements]
    for once in ("SELECT organizations.path FROM organizations WHERE", "SELECT standards.id, standards.status"):
        assert len([statement for statement in sent if statement.startswith(once)]) == 1
    whole = [
        statement for statement in sent if statement.startswith("SELECT claims.id") and "claims.id = " in statement
    ]
    assert len(whole) == 2  # before the decision, and as it stands after it


def test_a_repeated_idempotency_key_makes_one_claim(call: Call, engine: Engine, cast: Cast) -> None:
    path = f"/members/{cast.zhang_min.member_id}/claims"
    headers = {"Idempotency-Key": "k-1"}
    answers = [call(cast.zhang_min, "POST", path, json=VOLUNTEERING, headers=headers).json for _ in range(2)]
    assert answers[0] == answers[1]
    with Session(engine) as session:
        assert len(session.scalars(select(Claim)).all()) == 1


def test_a_replayed_approval_is_answered_with_who_and_when(call: Call, engine: Engine, cast: Cast) -> None:
    claim = claimed(call, cast.zhang_min)
    opened(call, cast.li_wei, claim)
    assert decide(call, cast.li_wei, claim).status_code == 200
    again = decide(call, cast.li_wei, claim)
    assert refusal(again) == (409, "already_decided")
    assert again.json
    assert again.json["error"]["detail"]["by"] == "李伟"
    with Session(engine) as session:
        assert len(paid(session, claim["id"])) == 1


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("zhang_min", (403, "forbidden")),
        ("zhao_qiang", (404, "not_found")),
        ("chen_jing", (403, "other_reviewer")),
        ("representative", (403, "forbidden")),
        ("inspector", (403, "forbidden")),
        ("administrator", (403, "forbidden")),
        ("stranger", (403, "forbidden")),
    ],
)
def test_others_do_not_approve(call: Call, cast: Cast, who: str, expected: tuple[int, str]) -> None:
    claim = claimed(call, cast.zhang_min)
    assert refusal(decide(call, cast.people[who], claim)) == expected


def test_a_secretary_does_not_approve_his_own(call: Call, cast: Cast) -> None:
    claim = claimed(call, cast.li_wei)
    assert refusal(call(cast.li_wei, "POST", f"/claims/{claim['id']}/open")) == (403, "own_claim")
    assert refusal(decide(call, cast.li_wei, claim)) == (403, "own_claim")
    opened(call, cast.sun_li, claim)
    assert decide(call, cast.sun_li, claim).status_code == 200


def test_a_decision_without_opening_or_on_an_older_version_is_refused(call: Call, cast: Cast) -> None:
    claim = claimed(call, cast.zhang_min)
    assert refusal(decide(call, cast.li_wei, claim)) == (409, "not_opened")
    opened(call, cast.li_wei, claim)
    assert refusal(decide(call, cast.li_wei, claim | {"version": 1})) == (409, "stale_version")


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "长" * 10_000},
        {"title": "长" * 101},
        {"description": "长" * 2001},
        {"quantity": "0"},
        {"quantity": "-1"},
        {"quantity": "NaN"},
        {"quantity": "1.001"},
        {"quantity": "1e99"},
        {"occurred_on": "2026-02-30"},
        {"occurred_on": "9999-12-31"},
        {"photo_ids": list(range(1, 11))},
        {"photo_ids": [2**63]},
        {"participants": [{"member_id": 1, "place": 0}]},
        {"status": "approved"},
        {"approved_points": "100"},
    ],
)
def test_what_cannot_be_a_claim_is_refused_with_its_field(call: Call, cast: Cast, changes: dict[str, Any]) -> None:
    me = cast.zhang_min
    response = call(me, "POST", f"/members/{me.member_id}/claims", json=VOLUNTEERING | changes)
    assert refusal(response) == (422, "invalid_input")
    assert response.json
    (field,) = changes
    assert any(problem["field"].startswith(field) for problem in response.json["error"]["detail"]["problems"])


def test_rare_characters_and_emoji_come_back_as_they_were(call: Call, cast: Cast) -> None:
    claim = claimed(call, cast.zhang_min, title="𬭎老师🎉的党课", description="𠮷\n二")
    shown = body(call(cast.zhang_min, "GET", f"/claims/{claim['id']}"))
    assert (shown["title"], shown["description"]) == ("𬭎老师🎉的党课", "𠮷\n二")


def test_nobody_claims_in_anothers_name(call: Call, cast: Cast) -> None:
    path = f"/members/{cast.zhang_min.member_id}/claims"
    assert refusal(call(cast.wang_fang, "POST", path, json=VOLUNTEERING)) == (404, "not_found")
    paper = VOLUNTEERING | {"reason": "本人不使用手机"}
    assert call(cast.wang_fang, "POST", f"{path}-on-behalf", json=paper).status_code == 201
    assert refusal(call(cast.zhao_qiang, "POST", f"{path}-on-behalf", json=paper)) == (404, "not_found")
    own = f"/members/{cast.wang_fang.member_id}/claims-on-behalf"
    assert refusal(call(cast.wang_fang, "POST", own, json=paper)) == (403, "own_claim")


def test_on_behalf_needs_a_reason(call: Call, cast: Cast) -> None:
    path = f"/members/{cast.zhang_min.member_id}/claims-on-behalf"
    assert refusal(call(cast.wang_fang, "POST", path, json=VOLUNTEERING)) == (422, "invalid_input")


def test_a_returned_claim_is_edited_and_handed_in_again(call: Call, cast: Cast) -> None:
    claim = claimed(call, cast.zhang_min)
    opened(call, cast.li_wei, claim)
    back = body(decide(call, cast.li_wei, claim, "return", reason="请补充证明"))
    changed = {key: value for key, value in VOLUNTEERING.items() if key != "submit"}
    edited = body(
        call(cast.zhang_min, "PUT", f"/claims/{claim['id']}", json=changed | {"version": back["claim"]["version"]})
    )
    again = body(call(cast.zhang_min, "POST", f"/claims/{claim['id']}/submit", json={"version": edited["version"]}))
    assert again["status"] == "submitted"
    gone = body(call(cast.zhang_min, "POST", f"/claims/{claim['id']}/withdraw", json={"version": again["version"]}))
    assert gone["status_title"] == "已撤回"


def test_a_returned_claim_is_mended_and_handed_in_again_in_one_step_that_counts_once(call: Call, cast: Cast) -> None:
    claim = claimed(call, cast.zhang_min)
    opened(call, cast.li_wei, claim)
    back = body(decide(call, cast.li_wei, claim, "return", reason="请补充证明"))["claim"]
    path, mended = f"/claims/{claim['id']}", VOLUNTEERING | {"quantity": "3", "version": back["version"]}
    tomorrow = call(cast.zhang_min, "PUT", path, json=mended | {"occurred_on": "2026-06-19"})
    assert refusal(tomorrow) == (422, "in_the_future")
    assert body(call(cast.zhang_min, "GET", path))["version"] == back["version"]  # a refusal leaves all as it was
    key = {"Idempotency-Key": "the-phone-lost-its-network"}
    answers = [body(call(cast.zhang_min, "PUT", path, json=mended, headers=key)) for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0]["status"], answers[0]["proposed_points"]) == ("submitted", "3.00")
    assert refusal(call(cast.zhang_min, "PUT", path, json=mended)) == (409, "wrong_status")


def test_who_shares_in_a_joint_work_reads_it_and_nothing_more(call: Call, cast: Cast) -> None:
    claim = claimed(call, cast.wang_fang, people=2, participants=[{"member_id": cast.zhang_min.member_id, "place": 2}])
    path = f"/claims/{claim['id']}"
    shown = body(call(cast.zhang_min, "GET", path))
    assert [(each["name"], each["place"]) for each in shown["participants"]] == [("王芳", 1), ("张敏", 2)]
    assert refusal(call(cast.zhang_min, "POST", f"{path}/withdraw", json={"version": 2})) == (404, "not_found")
    alone = claimed(call, cast.wang_fang, title="独自完成")
    assert refusal(call(cast.zhang_min, "GET", f"/claims/{alone['id']}")) == (404, "not_found")


def test_fellows_are_the_others_of_the_branch_on_that_day(call: Call, cast: Cast) -> None:
    path = f"/members/{cast.zhang_min.member_id}/fellows"
    names = [each["name"] for each in body(call(cast.zhang_min, "GET", f"{path}?on=2026-06-01"))["items"]]
    assert {"李伟", "王芳"} <= set(names)
    assert not {"张敏", "赵强"} & set(names)
    assert body(call(cast.zhang_min, "GET", f"{path}?on=2001-01-01")) == {"items": []}
    for_her = body(call(cast.li_wei, "GET", f"{path}?on=2026-06-01"))["items"]  # who enters a claim on her behalf
    assert [each["name"] for each in for_her] == names
    assert refusal(call(cast.zhao_qiang, "GET", f"{path}?on=2026-06-01")) == (404, "not_found")


def test_an_approval_is_taken_back_by_the_secretary(call: Call, cast: Cast) -> None:
    claim = claimed(call, cast.zhang_min)
    opened(call, cast.wang_fang, claim)
    decided = body(decide(call, cast.wang_fang, claim))
    assert refusal(decide(call, cast.wang_fang, decided["claim"], "revoke", reason="材料有误")) == (403, "forbidden")
    revoked = body(decide(call, cast.li_wei, decided["claim"], "revoke", reason="材料有误"))
    assert (revoked["status"], revoked["approved_points"]) == ("submitted", None)


def test_lists_page_and_filter(call: Call, cast: Cast) -> None:
    claims = [claimed(call, cast.zhang_min, title=f"第{number}次") for number in range(3)]
    path = f"/members/{cast.zhang_min.member_id}/claims"
    first = body(call(cast.zhang_min, "GET", f"{path}?limit=2&status=submitted&year=2026&item_code=C04"))
    assert [line["id"] for line in first["items"]] == [claims[2]["id"], claims[1]["id"]]
    rest = body(call(cast.zhang_min, "GET", f"{path}?limit=2&cursor={first['next_cursor']}"))
    assert [line["id"] for line in rest["items"]] == [claims[0]["id"]]
    assert rest["next_cursor"] is None
    nothing = body(call(cast.zhang_min, "GET", f"{path}?status=approved"))
    assert nothing["items"] == []


def test_the_queue_pages_the_oldest_first(call: Call, cast: Cast) -> None:
    claims = [claimed(call, cast.zhang_min, title=f"第{number}次") for number in range(3)]
    path = f"/organizations/{cast.branch}/review-queue?limit=2"
    first = body(call(cast.li_wei, "GET", path))
    assert [line["id"] for line in first["items"]] == [claims[0]["id"], claims[1]["id"]]
    rest = body(call(cast.li_wei, "GET", f"{path}&cursor={first['next_cursor']}"))
    assert [line["id"] for line in rest["items"]] == [claims[2]["id"]]
    for cursor in ("nonsense", "MDAwMS0wMS0wMVQwMDowMDowMCswODowMB8x", encode_cursor(10**18 - 1, 1)):
        assert refusal(call(cast.li_wei, "GET", f"{path}&cursor={cursor}")) == (422, "invalid_cursor")


def test_the_items_say_what_they_still_take(call: Call, cast: Cast) -> None:
    path = f"/members/{cast.zhang_min.member_id}/claimable-items?year=2026"
    answer = body(call(cast.zhang_min, "GET", path))
    items = {item["code"]: item for item in answer["items"]}
    assert items.keys() >= {"C01a", "C02", "C03", "C04"}
    assert not items.keys() & {"B01", "C01b"}
    assert (items["C04"]["room"], items["C04"]["points"]) == ("10.00", "1.00")
    assert answer["claim_until"] == "2027-01-10"


def test_representatives_see_and_comment_on_what_is_under_verification(call: Call, cast: Cast) -> None:
    claim = claimed(call, cast.zhang_min)
    foreign = claimed(call, cast.zhou_yu)
    listed = body(call(cast.representative, "GET", f"/organizations/{cast.branch}/claims-under-verification"))
    assert [each["id"] for each in listed["items"]] == [claim["id"]]
    said = call(cast.representative, "POST", f"/claims/{claim['id']}/opinions", json={"words": "情况属实"})
    assert said.status_code == 201
    elsewhere = call(cast.representative, "POST", f"/claims/{foreign['id']}/opinions", json={"words": "属实"})
    assert refusal(elsewhere) == (404, "not_found")
    assert refusal(call(cast.representative, "GET", f"/claims/{claim['id']}")) == (403, "forbidden")
    assert call(cast.li_wei, "POST", f"/claims/{claim['id']}/notes", json={"words": "已电话核实"}).status_code == 201
    opened_claim = opened(call, cast.li_wei, claim)["claim"]
    assert [(each["kind"], each["author"]) for each in opened_claim["opinions"]] == [
        ("opinion", "冯群"),
        ("note", "李伟"),
    ]


def test_a_look_at_anothers_claim_is_audited_and_at_ones_own_is_not(call: Call, engine: Engine, cast: Cast) -> None:
    claim = claimed(call, cast.zhang_min)
    for person in (cast.zhang_min, cast.inspector):
        assert call(person, "GET", f"/claims/{claim['id']}").status_code == 200
    with Session(engine) as session:
        looks = session.scalars(
            select(AuditLine.actor_id).where(AuditLine.action == "look", AuditLine.subject_kind == "claim")
        ).all()
    assert looks == [cast.inspector.account_id]


def test_someone_elses_photo_is_no_evidence(call: Call, cast: Cast) -> None:
    me = cast.zhang_min
    response = call(me, "POST", f"/members/{me.member_id}/claims", json=VOLUNTEERING | {"photo_ids": [424242]})
    assert refusal(response) == (422, "photo_unavailable")
