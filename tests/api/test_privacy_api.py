"""The privacy notice, agreeing to it, and ending one's own binding."""

from typing import Any

import pytest
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.identity import privacy_notice
from server.identity.models import PrivacyConsent
from server.identity.privacy_notice import PrivacyNotice
from tests.api.answers import refusal
from tests.at_once import at_once
from tests.cast import Cast
from tests.conftest import Call

CONSENTS = "/me/privacy-consents"
CURRENT = privacy_notice.current().version


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> PrivacyNotice:
    """A newer notice than everybody agreed to."""
    notice = privacy_notice.current().model_copy(update={"version": CURRENT + 1})
    monkeypatch.setattr(privacy_notice, "NOTICES", {**privacy_notice.NOTICES, CURRENT + 1: notice})
    return notice


def test_anyone_reads_the_notice_before_he_binds(call: Call) -> None:
    notice = call(None, "GET", "/privacy-notice").json
    assert notice["version"] == privacy_notice.current().version
    text = notice["summary"] + "".join(line for each in notice["sections"] for line in each["paragraphs"])
    for said in ("手机号", "照片", "微信", "保存", "删除", "导出", "解除绑定", "支部的书记"):
        assert said in text
    assert call(None, "GET", "/privacy-notice?version=1").json["version"] == 1
    assert call(None, "GET", "/privacy-notice?version=77").status_code == 404
    assert call(None, "GET", "/privacy-notice?version=0").status_code == 422


def test_the_second_version_names_feedback_and_objections(call: Call) -> None:
    def words(version: int) -> str:
        sections = call(None, "GET", f"/privacy-notice?version={version}").json["sections"]
        return "".join(line for each in sections for line in each["paragraphs"])

    for said in ("反映情况", "可以不留名", "查询码", "核实人本人", "学校纪委", "您提出的异议"):
        assert said in words(2)
        assert said not in words(1)


def test_agreeing_is_kept_with_version_and_time_and_counts_once(call: Call, cast: Cast) -> None:
    assert call(cast.zhang_min, "GET", "/me").json["privacy_due"] is True
    first = call(cast.zhang_min, "POST", CONSENTS, json={"version": CURRENT})
    again = call(cast.zhang_min, "POST", CONSENTS, json={"version": CURRENT})
    assert first.json == again.json
    assert first.json["agreed_at"].startswith("2026-06-18T00:30")
    assert call(cast.zhang_min, "GET", CONSENTS).json == {"items": [first.json]}
    assert call(cast.zhang_min, "GET", "/me").json["privacy_due"] is False
    assert call(cast.li_wei, "GET", "/me").json["privacy_due"] is True


def test_a_new_version_asks_again_and_the_old_one_stays_on_record(
    call: Call, cast: Cast, request: pytest.FixtureRequest
) -> None:
    call(cast.zhang_min, "POST", CONSENTS, json={"version": CURRENT})
    request.getfixturevalue("newer")
    assert call(cast.zhang_min, "GET", "/me").json["privacy_due"] is True
    outdated = call(cast.zhang_min, "POST", CONSENTS, json={"version": CURRENT})
    assert refusal(outdated) == (409, "privacy_notice_changed")
    assert outdated.json["error"]["detail"] == {"version": CURRENT + 1}
    call(cast.zhang_min, "POST", CONSENTS, json={"version": CURRENT + 1})
    assert [each["version"] for each in call(cast.zhang_min, "GET", CONSENTS).json["items"]] == [CURRENT + 1, CURRENT]


def test_agreeing_on_two_phones_at_once_is_one_consent(app: OpenAPI, cast: Cast, engine: Engine) -> None:
    def agree() -> int:
        headers = {"Authorization": f"Bearer {cast.zhang_min.token}"}
        return app.test_client().post(f"/api/v1{CONSENTS}", json={"version": CURRENT}, headers=headers).status_code

    assert set(at_once(*[agree] * 8)) == {200}
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(PrivacyConsent)) == 1


def test_who_is_not_bound_has_nothing_to_agree_to_yet(call: Call, cast: Cast) -> None:
    answer = call(cast.stranger, "POST", CONSENTS, json={"version": CURRENT})
    assert refusal(answer) == (403, "not_bound")


def _code_of_a_newcomer(call: Call, cast: Cast) -> str:
    body = {"name": "赵新", "work_number": "N1", "category": "staff", "stage": "full"}
    made = call(cast.li_wei, "POST", f"/organizations/{cast.branch}/members", json=body)
    return str(call(cast.li_wei, "POST", f"/members/{made.json['id']}/activation-codes").json["code"])


def test_binding_asks_for_the_current_version_and_records_it(call: Call, cast: Cast, newer: PrivacyNotice) -> None:
    binding: dict[str, Any] = {"name": "赵新", "work_number": "N1", "code": _code_of_a_newcomer(call, cast)}
    assert call(cast.stranger, "POST", "/binding/activation", json=binding).status_code == 422
    outdated = call(cast.stranger, "POST", "/binding/activation", json={**binding, "privacy_version": CURRENT})
    assert outdated.json["error"]["code"] == "privacy_notice_changed"
    assert call(cast.stranger, "GET", "/me").json["bound"] is False
    bound = call(cast.stranger, "POST", "/binding/activation", json={**binding, "privacy_version": CURRENT + 1})
    assert bound.status_code == 200
    assert call(cast.stranger, "GET", "/me").json["privacy_due"] is False


def test_an_outdated_version_is_told_before_wechat_is_asked_for_the_phone(
    call: Call, cast: Cast, newer: PrivacyNotice
) -> None:
    body = {"phone_code": "phone:13800001234", "privacy_version": CURRENT}
    answer = call(cast.stranger, "POST", "/binding/phone", json=body)
    assert refusal(answer) == (409, "privacy_notice_changed")


def test_a_member_unbinds_himself_and_his_points_stay(call: Call, cast: Cast, engine: Engine) -> None:
    score = call(cast.li_wei, "GET", f"/members/{cast.zhang_min.member_id}/score").json
    assert call(cast.zhang_min, "POST", "/me/unbinding").json == {"unbound": 1}
    assert call(cast.zhang_min, "GET", "/me").status_code == 401
    assert call(cast.li_wei, "GET", f"/members/{cast.zhang_min.member_id}/score").json == score
    assert call(cast.stranger, "POST", "/me/unbinding").status_code == 403
    with Session(engine) as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.action == "unbind")).all()
        assert [(line.actor_id, line.subject_id) for line in lines] == [(cast.zhang_min.account_id,) * 2]
