"""Standards over HTTP: who reads what, and a draft's way to publication."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from time_machine import travel

from server.standards.carrying_forward import carry_forward
from server.standards.default import default_document
from server.standards.models import Standard
from server.standards.rules import as_data
from tests.api.answers import refusal
from tests.cast import TODAY, Cast
from tests.conftest import Call

YEAR = TODAY.year


def document(**fields: Any) -> dict[str, Any]:
    return as_data(default_document()) | fields


def draft(call: Call, cast: Cast, **fields: Any) -> dict[str, Any]:
    """李伟 begins a draft for his branch."""
    body = {"year": YEAR, "source": "default"} | fields
    response = call(cast.li_wei, "POST", f"/organizations/{cast.branch}/standards", json=body)
    assert response.status_code == 201, response.json
    answer: dict[str, Any] = response.json
    return answer


def publish(call: Call, cast: Cast, standard: dict[str, Any]) -> dict[str, Any]:
    body = {"revision": standard["revision"]}
    response = call(cast.li_wei, "POST", f"/standards/{standard['id']}/publish", json=body)
    assert response.status_code == 200, response.json
    answer: dict[str, Any] = response.json
    return answer


def test_a_member_reads_the_standard_in_force_for_his_branch(call: Call, cast: Cast) -> None:
    response = call(cast.zhang_min, "GET", f"/organizations/{cast.branch}/standards/in-force?year={YEAR}")
    assert response.status_code == 200
    assert response.json["id"] == cast.standard_id
    assert response.json["in_force"] is True
    assert response.json["document"] == document()
    assert response.json["published_at"].endswith("+08:00")


def test_a_year_without_a_standard_is_a_clear_refusal(call: Call, cast: Cast) -> None:
    response = call(cast.zhang_min, "GET", f"/organizations/{cast.branch}/standards/in-force?year={YEAR + 2}")
    assert response.status_code == 422
    assert response.json["error"]["code"] == "no_standard"


def test_a_standard_carried_forward_says_so_whether_the_job_ran_or_not(
    call: Call, session: Session, engine: Engine, cast: Cast
) -> None:
    place = f"/organizations/{cast.branch}/standards/in-force"
    assert call(cast.zhang_min, "GET", f"{place}?year={YEAR}").json["carried_from_year"] is None
    before = call(cast.zhang_min, "GET", f"{place}?year={YEAR + 1}").json
    carry_forward(engine, year=YEAR + 1, now=cast.now)
    after = call(cast.zhang_min, "GET", f"{place}?year={YEAR + 1}").json
    for found in (before, after):
        assert (found["year"], found["carried_from_year"], found["document"]) == (YEAR + 1, YEAR, document())
    line = call(cast.zhang_min, "GET", f"/standards/{after['id']}").json
    assert (line["year"], line["carried_from_year"]) == (YEAR + 1, YEAR)
    refused = call(cast.organization_department, "POST", f"/standards/{after['id']}/filing")
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "carried_forward")


def test_on_1_january_before_any_job_ran_everything_a_member_opens_answers(
    call: Call, session: Session, cast: Cast
) -> None:
    member = f"/members/{cast.zhang_min.member_id}"
    with travel(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)):
        pages = (f"{member}/score/explanation?year=2027", f"{member}/claimable-items?year=2027", "/me/todos")
        for page in pages:
            assert call(cast.zhang_min, "GET", page).status_code == 200, page
    assert session.scalars(select(Standard.year)).all() == [2026]


def test_a_member_of_another_branch_does_not_read_this_branchs_standard(call: Call, cast: Cast) -> None:
    published = publish(call, cast, draft(call, cast))
    assert call(cast.zhang_min, "GET", f"/standards/{published['id']}").status_code == 200
    assert call(cast.wu_gang, "GET", f"/standards/{published['id']}").status_code == 404
    assert call(cast.wu_gang, "GET", f"/standards/{cast.standard_id}").status_code == 200
    assert call(cast.stranger, "GET", f"/standards/{cast.standard_id}").status_code == 403
    assert call(None, "GET", f"/standards/{cast.standard_id}").status_code == 401


def test_a_draft_is_seen_by_those_who_manage_it_alone(call: Call, cast: Cast) -> None:
    standard = draft(call, cast)
    for person, status in (
        (cast.li_wei, 200),
        (cast.sun_li, 200),
        (cast.chen_jing, 200),
        (cast.organization_department, 200),
        (cast.zhang_min, 404),
        (cast.wang_fang, 404),
        (cast.inspector, 404),
        (cast.zhao_qiang, 404),
    ):
        assert call(person, "GET", f"/standards/{standard['id']}").status_code == status, person.name
    listing = f"/organizations/{cast.branch}/standards"
    assert [row["id"] for row in call(cast.li_wei, "GET", listing).json["items"]] == [standard["id"]]
    assert call(cast.zhang_min, "GET", listing).json["items"] == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "", {"revision": 1, "document": document()}),
        ("POST", "/check", {}),
        ("POST", "/publish", {"revision": 1}),
        ("POST", "/withdraw", None),
        ("POST", "/filing", None),
    ],
)
def test_only_those_who_manage_a_draft_act_on_it(call: Call, cast: Cast, method: str, path: str, body: Any) -> None:
    url = f"/standards/{draft(call, cast)['id']}{path}"
    assert call(cast.wang_fang, method, url, json=body).status_code == 403
    assert call(cast.zhao_qiang, method, url, json=body).status_code == 404
    assert call(cast.stranger, method, url, json=body).status_code == 403
    assert call(None, method, url, json=body).status_code == 401


def test_a_secretary_begins_drafts_for_his_own_branch_alone(call: Call, cast: Cast) -> None:
    body = {"year": YEAR, "source": "blank"}
    assert call(cast.li_wei, "POST", f"/organizations/{cast.branch}/standards", json=body).status_code == 201
    assert call(cast.chen_jing, "POST", f"/organizations/{cast.branch}/standards", json=body).status_code == 201
    for organization in (cast.other_branch, cast.general_branch, cast.root):
        assert call(cast.li_wei, "POST", f"/organizations/{organization}/standards", json=body).status_code == 404


def test_a_draft_is_edited_checked_published_and_filed(call: Call, cast: Cast) -> None:
    standard = draft(call, cast, source="version", source_id=cast.standard_id)
    url = f"/standards/{standard['id']}"
    wrong = document()
    wrong["items"][3]["cap"] = "9"

    saved = call(cast.li_wei, "PUT", url, json={"revision": 1, "document": wrong, "note": "主题党日降为 9 分"})
    assert (saved.status_code, saved.json["revision"], saved.json["note"]) == (200, 2, "主题党日降为 9 分")
    checked = call(cast.li_wei, "POST", f"{url}/check", json={}).json
    assert checked["publishable"] is False
    assert checked["problems"][0]["message"] == "全体党员：基础积分合计 69，应为 70，请调整各项上限"
    assert "items[3].cap" in checked["problems"][0]["also"]
    refused = call(cast.li_wei, "POST", f"{url}/publish", json={"revision": 2})
    assert refusal(refused) == (422, "standard_has_problems")
    assert refused.json["error"]["detail"]["problems"] == checked["problems"]

    assert call(cast.li_wei, "POST", f"{url}/check", json={"document": document()}).json["publishable"] is True
    finer = document()
    finer["items"][0]["points"] = "2"
    assert call(cast.li_wei, "PUT", url, json={"revision": 2, "document": finer}).status_code == 200
    published = publish(call, cast, {"id": standard["id"], "revision": 3})
    assert (published["status"], published["in_force"], published["left_behind"]) == ("published", True, [])
    found = call(cast.zhang_min, "GET", f"/organizations/{cast.branch}/standards/in-force?year={YEAR}").json
    assert (found["id"], found["document"]["items"][0]["points"]) == (standard["id"], "2")

    filed = call(cast.li_wei, "POST", f"{url}/filing")
    assert (filed.status_code, filed.json["status"]) == (200, "submitted")
    assert "备案不是审批" in filed.json["remark"]


def test_publishing_replayed_with_its_key_answers_the_same(call: Call, cast: Cast) -> None:
    standard = draft(call, cast)
    headers = {"Idempotency-Key": "publish-once"}
    url, body = f"/standards/{standard['id']}/publish", {"revision": 1}
    first = call(cast.li_wei, "POST", url, json=body, headers=headers)
    second = call(cast.li_wei, "POST", url, json=body, headers=headers)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json == second.json
    again = call(cast.li_wei, "POST", url, json=body)
    assert refusal(again) == (409, "not_a_draft")


def test_an_edit_from_an_old_revision_is_a_conflict(call: Call, cast: Cast) -> None:
    url = f"/standards/{draft(call, cast)['id']}"
    body = {"revision": 1, "document": document(title="甲")}
    assert call(cast.li_wei, "PUT", url, json=body).status_code == 200
    stale = call(cast.sun_li, "PUT", url, json=body | {"document": document(title="乙")})
    assert refusal(stale) == (409, "stale_version")
    assert call(cast.li_wei, "GET", url).json["document"]["title"] == "甲"


def test_a_published_standard_is_not_edited(call: Call, cast: Cast) -> None:
    published = publish(call, cast, draft(call, cast))
    body = {"revision": 1, "document": document(title="改")}
    refused = call(cast.li_wei, "PUT", f"/standards/{published['id']}", json=body)
    assert refusal(refused) == (409, "not_a_draft")


def test_a_withdrawn_draft_is_out_of_the_way(call: Call, cast: Cast) -> None:
    url = f"/standards/{draft(call, cast)['id']}"
    assert call(cast.li_wei, "POST", f"{url}/withdraw").json["status"] == "withdrawn"
    assert call(cast.li_wei, "POST", f"{url}/publish", json={"revision": 1}).status_code == 409
    assert call(cast.zhang_min, "GET", url).status_code == 404


def test_two_versions_are_compared_before_and_after(call: Call, cast: Cast) -> None:
    standard = draft(call, cast)
    changed = document(title="第一党支部积分标准")
    changed["items"][0]["points"] = "2"
    url = f"/standards/{standard['id']}"
    call(cast.li_wei, "PUT", url, json={"revision": 1, "document": changed})
    diff = call(cast.li_wei, "GET", f"{url}/diff?against={cast.standard_id}").json
    assert diff["same_figures"] is False
    assert [(change["kind"], change["part"], change["code"]) for change in diff["changes"]] == [
        ("changed", "", ""),
        ("changed", "items", "B01"),
    ]
    assert diff["changes"][0]["text_only"] is True
    assert diff["changes"][1]["fields"] == [{"field": "points", "before": "3", "after": "2"}]


def test_a_comparison_does_not_open_what_the_caller_may_not_read(call: Call, cast: Cast) -> None:
    hidden = draft(call, cast)["id"]
    url = f"/standards/{cast.standard_id}/diff"
    assert call(cast.zhang_min, "GET", f"{url}?against={hidden}").status_code == 404
    assert call(cast.wu_gang, "GET", f"{url}?against={hidden}").status_code == 404
    assert call(cast.zhang_min, "GET", f"{url}?against={10**12}").status_code == 404


def test_versions_are_listed_page_by_page(call: Call, cast: Cast) -> None:
    ids = [draft(call, cast)["id"] for _ in range(3)]
    url = f"/organizations/{cast.branch}/standards?year={YEAR}&audience=members&limit=2"
    first = call(cast.li_wei, "GET", url).json
    second = call(cast.li_wei, "GET", f"{url}&cursor={first['next_cursor']}").json
    assert [row["id"] for row in first["items"] + second["items"]] == ids[::-1]
    assert second["next_cursor"] is None
    for cursor in ("!!", "甲", "_w"):
        assert call(cast.li_wei, "GET", f"{url}&cursor={cursor}").status_code == 422


def test_a_new_version_above_names_the_units_that_must_follow(call: Call, cast: Cast) -> None:
    publish(call, cast, draft(call, cast))
    office, url = cast.organization_department, f"/organizations/{cast.root}/standards"
    above = call(office, "POST", url, json={"year": YEAR, "source": "version", "source_id": cast.standard_id}).json
    extra = {"code": "N05", "title": "其他严重违纪", "clause": "《办法》第二条"}
    changed = document(negative_list=[*document()["negative_list"], extra])
    call(office, "PUT", f"/standards/{above['id']}", json={"revision": 1, "document": changed})
    answer = call(office, "POST", f"/standards/{above['id']}/publish", json={"revision": 2})
    assert answer.status_code == 200, answer.json
    assert answer.json["left_behind"] == [{"organization_id": cast.branch, "title": "教工第一党支部"}]


@pytest.mark.parametrize(
    "body",
    [
        {"year": YEAR, "source": "version"},
        {"year": YEAR, "source": "blank", "source_id": 1},
        {"year": 1900},
        {"year": "今年"},
        {"year": YEAR, "extra": 1},
        {"year": YEAR, "source": "version", "source_id": 2**70},
    ],
)
def test_a_draft_that_makes_no_sense_is_refused(call: Call, cast: Cast, body: dict[str, Any]) -> None:
    assert call(cast.li_wei, "POST", f"/organizations/{cast.branch}/standards", json=body).status_code == 422


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "长" * 129},
        {"title": "a\x00b"},
        {"total_cap": "NaN"},
        {"total_cap": 1e300},
        {"items": [{"code": "B01"}]},
        {"items": document()["items"] * 20},
        {"unknown": 1},
        {"sections": None},
    ],
)
def test_a_document_that_cannot_be_stored_is_refused_and_the_draft_stays(
    call: Call, cast: Cast, fields: dict[str, Any]
) -> None:
    url = f"/standards/{draft(call, cast)['id']}"
    body = {"revision": 1, "document": document(**fields)}
    assert call(cast.li_wei, "PUT", url, json=body).status_code == 422
    assert call(cast.li_wei, "GET", url).json["document"] == document()


def test_a_rare_character_survives_the_way_to_the_database_and_back(call: Call, cast: Cast) -> None:
    url = f"/standards/{draft(call, cast)['id']}"
    body = {"revision": 1, "document": document(title="𬭎支部🚩积分标准")}
    assert call(cast.li_wei, "PUT", url, json=body).json["title"] == "𬭎支部🚩积分标准"
    assert call(cast.li_wei, "GET", url).json["title"] == "𬭎支部🚩积分标准"


def test_a_lone_surrogate_in_a_document_is_refused(call: Call, cast: Cast) -> None:
    url = f"/standards/{draft(call, cast)['id']}"
    raw = json.dumps({"revision": 1, "document": document(title="\ud800")})
    response = call(cast.li_wei, "PUT", url, data=raw, content_type="application/json")
    assert response.status_code == 422
