"""What holds for every guarded route: Idempotency-Key, looks that leave a line, errors in one shape."""

import re
from functools import partial
from typing import Any

from flask_openapi3.openapi import OpenAPI
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.http import http_date

from server.audit.models import AuditLine
from server.claims.models import Claim
from server.identity import privacy_notice
from server.identity.models import IdempotencyRecord
from tests.api.answers import refusal
from tests.at_once import at_once
from tests.cast import NOW, Cast
from tests.conftest import Call

NOTICE = privacy_notice.current().version

DRAFT = {"title": "社区防诈骗宣讲", "item_code": "C04", "quantity": "1", "occurred_on": "2026-06-10"}


def draft(call: Call, cast: Cast, key: str, **changes: Any) -> Any:
    path = f"/members/{cast.zhang_min.member_id}/claims"
    return call(cast.zhang_min, "POST", path, json=DRAFT | changes, headers={"Idempotency-Key": key})


def claims(session: Session) -> int:
    session.rollback()
    count = session.scalar(select(func.count()).select_from(Claim)) or 0
    session.rollback()  # on SQLite an open transaction would hold up the next request
    return count


def test_a_repeated_key_gets_the_first_answer_and_acts_once(call: Call, cast: Cast, session: Session) -> None:
    first, second = draft(call, cast, "k1"), draft(call, cast, "k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_data() == second.get_data()
    assert claims(session) == 1


def test_another_key_acts_again(call: Call, cast: Cast, session: Session) -> None:
    draft(call, cast, "k1")
    draft(call, cast, "k2")
    assert claims(session) == 2


def test_a_key_used_for_another_body_is_refused(call: Call, cast: Cast, session: Session) -> None:
    draft(call, cast, "k1")
    refused = draft(call, cast, "k1", title="另一件事")
    assert refusal(refused) == (422, "idempotency_mismatch")
    assert claims(session) == 1


def test_a_refused_act_does_not_use_up_its_key(call: Call, cast: Cast, session: Session) -> None:
    path = f"/members/{cast.zhang_min.member_id}/claims"
    headers = {"Idempotency-Key": "k1"}
    refused = call(cast.zhang_min, "POST", path, json={"title": "", "submit": True}, headers=headers)
    assert refused.status_code == 422
    assert draft(call, cast, "k1").status_code == 201
    assert claims(session) == 1


def test_equal_requests_at_once_act_once_and_all_get_the_first_answer(
    app: OpenAPI, call: Call, cast: Cast, session: Session
) -> None:
    call(cast.zhang_min, "GET", "/me")  # opens what a first request opens
    path = f"/api/v1/members/{cast.zhang_min.member_id}/claims"

    def send(key: str) -> tuple[int, bytes]:
        headers = {"Authorization": f"Bearer {cast.zhang_min.token}", "Idempotency-Key": key}
        answer = app.test_client().post(path, json=DRAFT, headers=headers)
        return answer.status_code, answer.get_data()

    for acted in range(1, 6):
        answers = at_once(*[partial(send, f"k{acted}")] * 3)
        assert {status for status, _ in answers} == {201}
        assert len({body for _, body in answers}) == 1
        assert claims(session) == acted


def test_a_refusal_that_is_kept_does_not_use_up_its_key(call: Call, cast: Cast, session: Session) -> None:
    wrong = {
        "name": "张敏",
        "work_number": "20010001",
        "code": "AAAA-AAAA-AAAA",
        "privacy_version": NOTICE,
    }
    for _ in range(2):
        refused = call(cast.stranger, "POST", "/binding/activation", json=wrong, headers={"Idempotency-Key": "k1"})
        assert refusal(refused)[1] == "binding_refused"
    session.rollback()
    assert session.scalars(select(IdempotencyRecord)).all() == []


def test_two_people_may_use_the_same_key(call: Call, cast: Cast, session: Session) -> None:
    draft(call, cast, "k1")
    path = f"/members/{cast.wang_fang.member_id}/claims"
    answer = call(cast.wang_fang, "POST", path, json=DRAFT, headers={"Idempotency-Key": "k1"})
    assert answer.status_code == 201
    assert claims(session) == 2


def test_a_key_of_wild_length_or_letters_is_refused(call: Call, cast: Cast) -> None:
    for key in ("x" * 129, "caf\u00e9"):
        assert draft(call, cast, key).json["error"]["code"] == "invalid_idempotency_key"


def test_looking_at_another_leaves_a_line_and_at_oneself_none(call: Call, cast: Cast, session: Session) -> None:
    path = f"/members/{cast.zhang_min.member_id}/score"
    call(cast.zhang_min, "GET", path)
    assert session.scalars(select(AuditLine).where(AuditLine.action == "look")).all() == []
    session.rollback()
    call(cast.li_wei, "GET", path)
    line = session.scalars(select(AuditLine).where(AuditLine.action == "look")).one()
    assert (line.actor_id, line.subject_id) == (cast.li_wei.account_id, cast.zhang_min.member_id)


def test_absent_and_out_of_reach_look_the_same(call: Call, cast: Cast) -> None:
    absent = call(cast.zhao_qiang, "GET", "/members/999999/score")
    out_of_reach = call(cast.zhao_qiang, "GET", f"/members/{cast.zhang_min.member_id}/score")
    assert (absent.status_code, absent.json) == (out_of_reach.status_code, out_of_reach.json)
    assert absent.status_code == 404


def test_every_answer_tells_the_servers_time_for_phones_whose_clocks_are_off(call: Call, cast: Cast) -> None:
    for person, path in ((cast.zhang_min, "/me"), (None, "/me"), (cast.zhang_min, "/nothing")):
        assert call(person, "GET", path).headers.getlist("Date") == [http_date(NOW)]


SHOWN_ONCE = {"token", "screen_token", "board_token", "ticket", "code", "digits", "secret", "key", "url"}
"""Fields under which an answer gives what opens something."""

SHOWN_NO_MORE = {"boards.revoke_board_link"}
"""Their answer has the field, and leaves it empty."""


def test_an_answer_that_opens_something_is_kept_under_no_key(app: OpenAPI) -> None:
    schemas = app.api_doc["components"]["schemas"]
    opening = {name for name, each in schemas.items() if SHOWN_ONCE & each.get("properties", {}).keys()}
    kept = set()
    for rule in app.url_map.iter_rules():
        methods = app.api_doc["paths"].get(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), {})
        answers = {ref for method in rule.methods or () for ref in _answers(methods.get(method.lower(), {}))}
        if answers & opening and getattr(app.view_functions[rule.endpoint], "keeps_answers", False):
            kept.add(rule.endpoint)
    assert kept == SHOWN_NO_MORE


def _answers(operation: dict[str, Any]) -> list[str]:
    """Return the schemas of what an operation answers when it goes well, by name."""
    answers = [answer for status, answer in operation.get("responses", {}).items() if status.startswith("2")]
    media = [each for answer in answers for each in answer.get("content", {}).values()]
    return [each.get("schema", {}).get("$ref", "").rpartition("/")[2] for each in media]
