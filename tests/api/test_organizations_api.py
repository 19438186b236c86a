"""Organizations, members, binding, grants, exemptions and filings over HTTP."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.identity import privacy_notice
from server.organizations.models import Member
from tests.api.answers import refusal
from tests.cast import Cast
from tests.conftest import Call

NOTICE = privacy_notice.current().version


def test_a_member_sees_his_own_branch_and_not_another(call: Call, cast: Cast) -> None:
    assert call(cast.zhang_min, "GET", f"/organizations/{cast.branch}").json["kind"] == "branch"
    assert call(cast.zhang_min, "GET", f"/organizations/{cast.foreign_branch}").status_code == 404
    assert call(cast.stranger, "GET", f"/organizations/{cast.branch}").status_code == 403


def test_the_tree_is_listed_page_by_page(call: Call, cast: Cast) -> None:
    path = f"/organizations/{cast.root}/children?limit=2"
    first = call(cast.organization_department, "GET", path).json
    second = call(cast.organization_department, "GET", f"{path}&cursor={first['next_cursor']}").json
    titles = [item["title"] for item in first["items"] + second["items"]]
    assert titles == ["计算机科学与技术学院党总支", "经济学院党总支", "图书馆直属党支部"]
    assert second["next_cursor"] is None


def test_the_general_branch_founds_a_branch_and_a_branch_its_group(call: Call, cast: Cast) -> None:
    path = f"/organizations/{cast.general_branch}/children"
    made = call(cast.chen_jing, "POST", path, json={"kind": "branch", "title": "研究生第一党支部"})
    assert (made.status_code, made.json["supervising_organization_id"]) == (201, cast.general_branch)
    assert call(cast.chen_jing, "POST", path, json={"kind": "branch", "title": "研究生第一党支部"}).status_code == 409
    assert call(cast.li_wei, "POST", path, json={"kind": "branch", "title": "支部"}).status_code == 403
    group = call(cast.li_wei, "POST", f"/organizations/{cast.branch}/groups", json={"title": "第二党小组"})
    assert group.status_code == 201
    renamed = call(cast.li_wei, "PATCH", f"/groups/{group.json['id']}", json={"title": "第三党小组"})
    assert renamed.json["title"] == "第三党小组"
    assert call(cast.li_wei, "POST", f"/groups/{group.json['id']}/closure").json["closed_on"] == "2026-06-18"
    assert call(cast.li_wei, "PATCH", f"/groups/{cast.branch}", json={"title": "支部"}).status_code == 404


def test_a_branch_is_renamed_and_an_empty_one_closed(call: Call, cast: Cast) -> None:
    renamed = call(cast.chen_jing, "PATCH", f"/organizations/{cast.branch}", json={"title": "教工党支部"})
    assert (renamed.status_code, renamed.json["title"]) == (200, "教工党支部")
    path = f"/organizations/{cast.general_branch}/children"
    founded = call(cast.chen_jing, "POST", path, json={"kind": "branch", "title": "教工第二党支部"})
    assert call(cast.chen_jing, "POST", f"/organizations/{founded.json['id']}/closure").status_code == 200


@pytest.mark.at_the_edges_of_the_day
def test_a_member_leaves_the_university(call: Call, cast: Cast) -> None:
    leaving = {"on": cast.today.isoformat(), "note": "调往外校"}
    path = f"/members/{cast.zhang_min.member_id}/departure"
    assert call(cast.chen_jing, "POST", path, json=leaving).status_code == 201


@pytest.mark.parametrize(
    ("rest", "kind"),
    [
        ("members", "member_list"),
        ("review-queue", "review_queue"),
        ("filings?direction=outgoing", "filing_list"),
        ("scores", "organization_scores"),
        ("attendance-table?month=2026-06", "attendance_table"),
        ("dues/2026-06", "branch_dues"),
        ("leaves", "organization_leaves"),
        ("unreached-pushes", "unreached_pushes"),
        ("exemptions", "exemption_list"),
    ],
)
def test_a_look_at_a_list_of_an_office_is_audited(
    call: Call, cast: Cast, session: Session, rest: str, kind: str
) -> None:
    assert call(cast.li_wei, "GET", f"/organizations/{cast.branch}/{rest}").status_code == 200
    line = session.scalars(select(AuditLine).where(AuditLine.action == "look")).one()
    assert (line.subject_kind, line.subject_id) == (kind, cast.branch)
    assert (line.actor_id, line.root_id) == (cast.li_wei.account_id, cast.root)


def test_a_branch_sets_what_its_members_see(call: Call, cast: Cast) -> None:
    path = f"/organizations/{cast.branch}/settings"
    changed = call(cast.li_wei, "PUT", path, json={"board_visibility": "scores"})
    assert changed.json["settings"] == {
        "board_visibility": "scores",
        "board_names_outside": False,
        "manages_prospects": False,
        "head_officers": [],
        "office_telephone": "",
        "year_flow": None,
        "points_publicized": None,
        "draft_due": None,
        "report_days": None,
        "review_days": None,
        "filing_days": None,
    }
    assert call(cast.zhao_qiang, "PUT", path, json={"board_visibility": "full"}).status_code == 404


def test_the_university_names_two_officers_who_keep_its_daily_heads(call: Call, cast: Cast) -> None:
    office, path = cast.organization_department, f"/organizations/{cast.root}/settings"
    two = [cast.chen_jing.account_id, cast.inspector.account_id]
    assert call(office, "PUT", path, json={"head_officers": two}).json["settings"]["head_officers"] == two
    for wrong, code in (
        ([two[0]], "two_officers"),
        ([two[0], two[0]], "two_officers"),
        ([two[0], cast.zhang_min.account_id], "unknown_account"),
        ([two[0], 10**9], "unknown_account"),
    ):
        assert refusal(call(office, "PUT", path, json={"head_officers": wrong})) == (422, code)
    elsewhere = call(cast.li_wei, "PUT", f"/organizations/{cast.branch}/settings", json={"head_officers": two})
    assert refusal(elsewhere) == (422, "not_a_root")
    assert call(cast.li_wei, "PUT", path, json={"head_officers": two}).status_code in (403, 404)
    kept = call(office, "PUT", path, json={"manages_prospects": True}).json["settings"]
    assert kept["head_officers"] == two
    assert call(office, "PUT", path, json={"head_officers": []}).json["settings"]["head_officers"] == []


@pytest.mark.parametrize(("search", "found"), [("张", ["张敏"]), ("ZHAO", []), ("%", []), ("无此人", [])])
def test_members_are_found_by_the_beginning_of_a_name(call: Call, cast: Cast, search: str, found: list[str]) -> None:
    answer = call(cast.li_wei, "GET", f"/organizations/{cast.branch}/members", query_string={"search": search})
    assert [item["name"] for item in answer.json["items"]] == found


def test_the_list_reaches_down_the_tree_and_filters(call: Call, cast: Cast) -> None:
    path = f"/organizations/{cast.general_branch}/members"
    assert len(call(cast.chen_jing, "GET", path).json["items"]) == 7
    students = call(cast.chen_jing, "GET", f"{path}?category=student&stage=probationary").json["items"]
    assert [item["name"] for item in students] == ["周宇"]
    assert call(cast.li_wei, "GET", path).status_code == 404
    assert call(cast.zhang_min, "GET", path).status_code == 404


def test_the_list_says_who_has_no_wechat_yet_and_can_show_them_alone(call: Call, cast: Cast) -> None:
    path = f"/organizations/{cast.branch}/members"
    assert all(item["bound"] for item in call(cast.li_wei, "GET", path).json["items"])
    assert call(cast.li_wei, "POST", f"/members/{cast.zhang_min.member_id}/unbinding").json == {"unbound": 1}
    unbound = call(cast.li_wei, "GET", f"{path}?bound=false").json["items"]
    assert [(item["name"], item["bound"]) for item in unbound] == [("张敏", False)]
    assert "张敏" not in [item["name"] for item in call(cast.li_wei, "GET", f"{path}?bound=true").json["items"]]


def test_a_look_at_another_member_is_masked_and_audited(call: Call, cast: Cast, session: Session) -> None:
    path = f"/members/{cast.zhang_min.member_id}"
    changed = call(cast.li_wei, "PATCH", path, json={"phone": "13800001234", "duty": "支委"})
    assert (changed.json["phone"], changed.json["duty"]) == ("138****1234", "支委")
    assert call(cast.li_wei, "GET", path).json["phone"] == "138****1234"
    assert call(cast.zhang_min, "GET", path).json["name"] == "张敏"
    lines = session.scalars(select(AuditLine).where(AuditLine.subject_id == cast.zhang_min.member_id)).all()
    assert [(line.action, line.actor_id) for line in lines if line.subject_kind == "member"] == [
        ("member_edit", cast.li_wei.account_id),
        ("look", cast.li_wei.account_id),
    ]
    assert "1380000" not in str([line.detail for line in lines])


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": None},
        {"phone": "123"},
        {"stage": "saint"},
        {"joined_on": "2030-01-01"},
        {"nickname": "敏"},
        {"group_id": 2**63},
        {"duty": "长" * 65},
        {"name": "张\u0000敏"},
    ],
)
def test_a_change_that_does_not_fit_is_refused(call: Call, cast: Cast, change: dict[str, Any]) -> None:
    assert call(cast.li_wei, "PATCH", f"/members/{cast.zhang_min.member_id}", json=change).status_code == 422


def test_another_branchs_secretary_cannot_change_a_member(call: Call, cast: Cast) -> None:
    path = f"/members/{cast.zhang_min.member_id}"
    assert call(cast.zhao_qiang, "PATCH", path, json={"duty": "支委"}).status_code == 404
    assert call(cast.zhang_min, "PATCH", path, json={"duty": "支部书记"}).status_code == 403


def test_a_member_is_entered_by_hand_once(call: Call, cast: Cast) -> None:
    body = {"name": "赵新", "work_number": "n1", "category": "staff", "stage": "full", "group_id": cast.group}
    made = call(cast.li_wei, "POST", f"/organizations/{cast.branch}/members", json=body)
    assert (made.status_code, made.json["work_number"]) == (201, "N1")
    assert made.json["memberships"][0]["group_title"] == "第一党小组"
    again = call(cast.li_wei, "POST", f"/organizations/{cast.branch}/members", json=body)
    assert refusal(again) == (409, "number_taken")


def test_a_transfer_needs_reach_over_both_branches(call: Call, cast: Cast) -> None:
    path = f"/members/{cast.zhang_min.member_id}/transfers"
    abroad = {"to_organization_id": cast.foreign_branch, "on": "2026-06-18"}
    assert call(cast.chen_jing, "POST", path, json=abroad).status_code == 404
    assert call(cast.li_wei, "POST", path, json=abroad).status_code == 403
    moved = call(cast.organization_department, "POST", path, json=abroad)
    assert (moved.status_code, moved.json["organization_title"]) == (201, "经济学院教工党支部")
    assert call(cast.li_wei, "GET", f"/members/{cast.zhang_min.member_id}").status_code == 404


def test_a_role_counts_from_the_moment_it_is_given_until_it_is_ended(call: Call, cast: Cast) -> None:
    members = f"/organizations/{cast.branch}/members"
    assert call(cast.zhang_min, "GET", members).status_code == 404
    body = {"role": "committee_member", "member_id": cast.zhang_min.member_id, "from_date": "2026-06-18"}
    given = call(cast.chen_jing, "POST", f"/organizations/{cast.branch}/grants", json=body)
    assert (given.status_code, given.json["role_title"]) == (201, "支委")
    assert call(cast.zhang_min, "GET", members).status_code == 200
    listed = call(cast.li_wei, "GET", f"/organizations/{cast.branch}/grants").json["items"]
    assert given.json in listed
    end = f"/grants/{given.json['id']}/end"
    assert call(cast.li_wei, "POST", end, json={"until_date": "2026-06-18"}).status_code == 403
    assert call(cast.chen_jing, "POST", end, json={"until_date": "2026-06-18"}).json["until_date"] == "2026-06-18"
    assert call(cast.zhang_min, "GET", members).status_code == 404


def test_a_grant_names_one_receiver(call: Call, cast: Cast) -> None:
    path = f"/organizations/{cast.branch}/grants"
    assert call(cast.chen_jing, "POST", path, json={"role": "secretary", "from_date": "2026-06-18"}).status_code == 422


def activation(call: Call, cast: Cast, **changes: Any) -> Any:
    body = {
        "name": "赵新",
        "work_number": "N1",
        "code": "AAAAA-AAAAA",
        "privacy_version": NOTICE,
        **changes,
    }
    return call(cast.stranger, "POST", "/binding/activation", json=body)


@pytest.fixture
def newcomer(call: Call, cast: Cast) -> int:
    body = {"name": "赵新", "work_number": "N1", "category": "staff", "stage": "full"}
    made = call(cast.li_wei, "POST", f"/organizations/{cast.branch}/members", json=body)
    member_id: int = made.json["id"]
    return member_id


def test_a_code_binds_whom_it_was_issued_for(call: Call, cast: Cast, newcomer: int) -> None:
    issued = call(cast.li_wei, "POST", f"/members/{newcomer}/activation-codes")
    bound = activation(call, cast, code=issued.json["code"])
    assert bound.json == {"bound": True, "account_id": bound.json["account_id"], "member_id": newcomer, "name": "赵新"}
    assert call(cast.stranger, "GET", f"/members/{newcomer}").json["bound"] is True
    released = call(cast.li_wei, "POST", f"/members/{newcomer}/unbinding")
    assert released.json == {"unbound": 1}
    assert call(cast.stranger, "GET", f"/members/{newcomer}").status_code == 401


def test_one_answer_whichever_is_wrong_and_the_fifth_locks(call: Call, cast: Cast, newcomer: int) -> None:
    code = call(cast.li_wei, "POST", f"/members/{newcomer}/activation-codes").json["code"]
    wrong = [
        activation(call, cast, code=code, name="赵旧"),
        activation(call, cast, code=code, work_number="N2"),
        activation(call, cast),
        activation(call, cast, name="查无此人"),
        activation(call, cast, name="查无此人"),
    ]
    assert {answer.status_code for answer in wrong} == {422}
    assert len({str(answer.json) for answer in wrong}) == 1
    locked = activation(call, cast, code=code)
    assert refusal(locked) == (429, "too_many_tries")


def test_a_member_bound_to_another_wechat_gets_no_code_beside_it(call: Call, cast: Cast, session: Session) -> None:
    session.get_one(Member, cast.zhang_min.member_id).work_number = "Z1"
    session.commit()
    answer = call(cast.li_wei, "POST", f"/members/{cast.zhang_min.member_id}/activation-codes")
    assert refusal(answer) == (409, "account_taken")
    assert "先解除绑定" in answer.json["error"]["message"]


def test_a_representative_is_invited_bound_and_dismissed(call: Call, cast: Cast) -> None:
    path = f"/organizations/{cast.branch}/representatives"
    invited = call(cast.li_wei, "POST", path, json={"name": "冯群众", "work_number": "Q1"}).json
    again = call(cast.li_wei, "POST", path, json={"name": "冯群众", "work_number": "Q1"}).json
    assert again["account_id"] == invited["account_id"]
    assert activation(call, cast, name="冯群众", work_number="Q1", code=again["code"]).json["member_id"] is None
    departure = f"{path}/{invited['account_id']}/departure"
    assert call(cast.zhao_qiang, "POST", departure).status_code == 404
    assert call(cast.li_wei, "POST", departure).json == {"unbound": 1}
    assert call(cast.li_wei, "POST", departure).status_code == 404


def test_an_exemption_takes_its_three_steps_over_http(call: Call, cast: Cast) -> None:
    member = f"/members/{cast.zhang_min.member_id}"
    study = {"reason": "长期患病", "on": "2026-05-01", "note": "支委会研究同意"}
    made = call(cast.li_wei, "POST", f"{member}/exemptions", json=study)
    assert (made.status_code, made.json["status"]) == (201, "studied")
    path = f"/exemptions/{made.json['id']}"
    assert call(cast.wang_fang, "GET", path).status_code == 403
    passed = call(cast.li_wei, "POST", f"{path}/passing", json={"on": "2026-05-08", "note": "应到 12 同意 11"})
    assert (passed.json["status"], passed.json["passed"]["name"]) == ("passed", "李伟")
    submitted = call(cast.li_wei, "POST", f"{path}/filing", json={"from_date": "2026-06-01"})
    filing = f"/filings/{submitted.json['filing_id']}"
    assert call(cast.li_wei, "POST", f"{filing}/receipt", json={}).status_code == 403
    incoming = call(cast.chen_jing, "GET", f"/organizations/{cast.general_branch}/filings?status=submitted")
    assert [item["subject_kind"] for item in incoming.json["items"]] == ["exemption"]
    returned = call(cast.chen_jing, "POST", f"{filing}/return", json={"reason": "缺会议记录"})
    assert (returned.json["status"], returned.json["reason"]) == ("returned", "缺会议记录")
    assert call(cast.li_wei, "POST", f"{filing}/resubmission", json={"note": "已补"}).json["status"] == "submitted"
    received = call(cast.chen_jing, "POST", f"{filing}/receipt", json={}).json
    assert "备案不是审批" in received["notice"]
    assert [step["status"] for step in received["steps"]] == ["submitted", "returned", "submitted", "received"]
    assert call(cast.chen_jing, "POST", f"{filing}/receipt", json={}).status_code == 409
    assert call(cast.li_wei, "GET", member).json["exempt"] is True
    ended = call(cast.li_wei, "POST", f"{path}/end", json={"on": "2026-06-18", "note": "康复"})
    assert ended.json["status"] == "ended"
    listed = call(cast.chen_jing, "GET", f"/organizations/{cast.general_branch}/exemptions").json["items"]
    assert [item["member_name"] for item in listed] == ["张敏"]


def test_a_corrected_name_is_the_name_under_which_one_acts(call: Call, cast: Cast) -> None:
    path = f"/members/{cast.wang_fang.member_id}"
    assert call(cast.li_wei, "PATCH", path, json={"name": "王舫"}).status_code == 200
    assert call(cast.wang_fang, "GET", "/me").json["name"] == "王舫"
    assert call(cast.li_wei, "PATCH", path, json={"name": "王芳"}).status_code == 200
    assert call(cast.li_wei, "GET", "/me").json["name"] == "李伟"
    assert call(cast.wang_fang, "GET", "/me").json["name"] == "王芳"


def test_what_its_owner_would_not_file_is_not_filed_again(call: Call, cast: Cast) -> None:
    study = {"reason": "长期患病", "on": "2026-05-01", "note": "支委会研究同意"}
    made = call(cast.li_wei, "POST", f"/members/{cast.zhang_min.member_id}/exemptions", json=study).json
    path = f"/exemptions/{made['id']}"
    call(cast.li_wei, "POST", f"{path}/passing", json={"on": "2026-05-08", "note": "应到 12 同意 11"})
    submitted = call(cast.li_wei, "POST", f"{path}/filing", json={"from_date": "2026-06-01"}).json
    filing = f"/filings/{submitted['filing_id']}"
    call(cast.chen_jing, "POST", f"{filing}/return", json={"reason": "缺会议记录"})
    call(cast.li_wei, "POST", f"{path}/end", json={"on": "2026-06-18", "note": "不再办理"})
    refused = call(cast.li_wei, "POST", f"{filing}/resubmission", json={"note": "已补"})
    assert refusal(refused) == (409, "moved_on")
    assert call(cast.li_wei, "GET", filing).json["status"] == "returned"


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [("POST", "activation-codes", None), ("POST", "unbinding", None), ("PATCH", "", {"phone": "13900001111"})],
)
def test_the_keys_of_an_account_are_out_of_reach_of_lower_roles(
    call: Call, cast: Cast, method: str, what: str, body: dict[str, Any] | None
) -> None:
    def touch(actor: Any, member: Any) -> Any:
        return call(actor, method, f"/members/{member.member_id}/{what}".rstrip("/"), json=body)

    refused = touch(cast.zhao_qiang, cast.chen_jing)
    assert refusal(refused) == (403, "holds_higher_role")
    assert touch(cast.sun_li, cast.li_wei).status_code == 403
    for above, officer in ((cast.li_wei, cast.wang_fang), (cast.chen_jing, cast.zhao_qiang)):
        assert refusal(touch(above, officer)) == (409, "two_persons_needed")
    call(cast.li_wei, "POST", f"/members/{cast.zhang_min.member_id}/unbinding")
    assert touch(cast.li_wei, cast.zhang_min).status_code in (200, 201)


def test_the_trail_says_who_looked_and_is_read_for_the_whole_university(call: Call, cast: Cast) -> None:
    call(cast.li_wei, "GET", f"/members/{cast.zhang_min.member_id}")
    call(cast.li_wei, "GET", f"/members/{cast.wang_fang.member_id}")
    path = f"/organizations/{cast.root}/audit-lines?subject_kind=member"
    newest = call(cast.organization_department, "GET", f"{path}&limit=1").json
    assert (newest["items"][0]["actor"], newest["items"][0]["subject_id"]) == ("李伟", cast.wang_fang.member_id)
    older = call(cast.inspector, "GET", f"{path}&cursor={newest['next_cursor']}").json["items"]
    assert [line["subject_id"] for line in older] == [cast.zhang_min.member_id]
    assert call(cast.organization_department, "GET", f"{path}&actor_id={cast.wang_fang.account_id}").json["items"] == []
    assert call(cast.chen_jing, "GET", path).status_code == 403
    assert call(cast.organization_department, "GET", f"/organizations/{cast.branch}/audit-lines").status_code == 422
