"""订阅消息 over HTTP: what the phone reports, and what it should ask for next."""

from dataclasses import replace
from typing import Any

import pytest
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.config import Settings, WechatTemplate
from server.identity.models import WechatIdentity
from server.pushes.catalogue import TEMPLATES
from server.pushes.models import SubscriptionEntry
from server.pushes.moments import MOMENTS, Moment
from server.pushes.rules import Channel
from server.pushes.subscriptions import template_ids
from tests.api.answers import body, refusal
from tests.at_once import at_once
from tests.cast import Cast, Person
from tests.conftest import Call

KEY = {"Idempotency-Key": "asked-after-check-in"}


def answers(**accepted: bool) -> dict[str, Any]:
    return {"answers": [{"template_id": f"sandbox-{key}", "accepted": value} for key, value in accepted.items()]}


def balances(call: Call, person: Person) -> dict[str, int]:
    items = body(call(person, "GET", "/me/subscriptions"))["items"]
    return {item["template"]: item["balance"] for item in items if item["balance"]}


def ask(call: Call, person: Person, query: str) -> list[str]:
    wanted: list[str] = body(call(person, "GET", f"/me/subscriptions?{query}"))["ask"]
    return wanted


def test_what_was_accepted_counts_and_what_was_rejected_does_not(call: Call, cast: Cast) -> None:
    answer = body(call(cast.zhang_min, "POST", "/me/subscriptions", json=answers(score=True, claim=False)))
    assert {item["template"]: item["balance"] for item in answer["items"] if item["balance"]} == {"score": 1}
    call(cast.zhang_min, "POST", "/me/subscriptions", json=answers(score=True, meeting=True, notice=True))
    assert balances(call, cast.zhang_min) == {"score": 2, "meeting": 1, "notice": 1}
    assert balances(call, cast.li_wei) == {}


def test_a_report_sent_again_counts_once(call: Call, session: Session, cast: Cast) -> None:
    for _ in range(3):
        body(call(cast.zhang_min, "POST", "/me/subscriptions", json=answers(score=True), headers=KEY))
    assert balances(call, cast.zhang_min) == {"score": 1}
    other = call(cast.zhang_min, "POST", "/me/subscriptions", json=answers(claim=True), headers=KEY)
    assert refusal(other) == (422, "idempotency_mismatch")
    assert session.scalar(select(func.count()).select_from(SubscriptionEntry)) == 1


def test_one_report_sent_on_two_lines_at_once_counts_once(app: OpenAPI, call: Call, cast: Cast) -> None:
    headers = {"Authorization": f"Bearer {cast.zhang_min.token}", **KEY}

    def report() -> int:
        return app.test_client().post("/api/v1/me/subscriptions", json=answers(score=True), headers=headers).status_code

    assert set(at_once(*[report] * 4)) <= {200, 409}
    assert balances(call, cast.zhang_min) == {"score": 1}


@pytest.mark.parametrize(
    "sent",
    [
        {"answers": []},
        {"answers": [{"template_id": f"sandbox-{number}", "accepted": True} for number in range(6)]},
        {"answers": [{"template_id": "sandbox-score"}]},
        {"answers": [{"template_id": "sandbox-telegram", "accepted": True}]},
        {"answers": [{"template_id": "score", "accepted": True}]},
    ],
)
def test_unknown_templates_and_too_many_are_refused(call: Call, cast: Cast, sent: dict[str, Any]) -> None:
    response = call(cast.zhang_min, "POST", "/me/subscriptions", json=sent)
    assert response.status_code == 422
    assert balances(call, cast.zhang_min) == {}


def test_one_unknown_template_refuses_the_whole_report(call: Call, cast: Cast) -> None:
    refused = call(cast.zhang_min, "POST", "/me/subscriptions", json=answers(score=True, telegram=True))
    assert refusal(refused) == (422, "unknown_template")
    assert balances(call, cast.zhang_min) == {}


def test_only_the_mini_program_reports(call: Call, session: Session, cast: Cast) -> None:
    identity = update(WechatIdentity).where(WechatIdentity.id == cast.zhang_min.actor.identity_id)
    session.execute(identity.values(app_id="sandbox-official"))
    session.commit()
    refused = call(cast.zhang_min, "POST", "/me/subscriptions", json=answers(score=True))
    assert refusal(refused) == (409, "not_in_the_mini_program")


def test_who_is_not_bound_yet_may_agree_already(call: Call, cast: Cast) -> None:
    body(call(cast.stranger, "POST", "/me/subscriptions", json=answers(meeting=True)))
    assert balances(call, cast.stranger) == {"meeting": 1}
    assert refusal(call(None, "POST", "/me/subscriptions", json=answers(meeting=True))) == (401, "not_signed_in")


def test_each_template_says_what_comes_by_it(call: Call, cast: Cast) -> None:
    items = {item["template"]: item for item in body(call(cast.zhang_min, "GET", "/me/subscriptions"))["items"]}
    assert set(items) == set(TEMPLATES) - {"head"}  # of heads nobody is told by subscription
    assert items["score"]["template_id"] == "sandbox-score"
    assert "月度积分公布" in items["score"]["occasions"]


# Which to ask for


def test_the_lowest_balance_is_asked_for_first(call: Call, cast: Cast) -> None:
    assert ask(call, cast.zhang_min, "moment=check_in") == ["sandbox-meeting", "sandbox-notice", "sandbox-score"]
    body(call(cast.zhang_min, "POST", "/me/subscriptions", json=answers(meeting=True, notice=True)))
    assert ask(call, cast.zhang_min, "moment=check_in") == ["sandbox-score", "sandbox-meeting", "sandbox-notice"]
    assert ask(call, cast.zhang_min, "moment=check_in&at_most=1") == ["sandbox-score"]


def test_who_has_agreed_to_enough_is_not_asked(call: Call, cast: Cast) -> None:
    for _ in range(MOMENTS.enough - 1):
        body(call(cast.zhang_min, "POST", "/me/subscriptions", json=answers(claim=True)))
    assert "sandbox-claim" in ask(call, cast.zhang_min, "moment=claim_submitted")
    body(call(cast.zhang_min, "POST", "/me/subscriptions", json=answers(claim=True)))
    assert "sandbox-claim" not in ask(call, cast.zhang_min, "moment=claim_submitted")


def test_to_dos_are_asked_of_reviewers_only(call: Call, cast: Cast) -> None:
    assert "sandbox-todo" in ask(call, cast.li_wei, "moment=month_opened&at_most=5")
    assert "sandbox-todo" not in ask(call, cast.zhang_min, "moment=month_opened&at_most=5")


def test_without_a_moment_nothing_is_asked(call: Call, cast: Cast) -> None:
    assert ask(call, cast.zhang_min, "at_most=3") == []


@pytest.mark.parametrize("query", ["moment=at_night", "at_most=0", "at_most=6", "at_most=x"])
def test_a_question_that_makes_no_sense_is_refused(call: Call, cast: Cast, query: str) -> None:
    assert call(cast.zhang_min, "GET", f"/me/subscriptions?{query}").status_code == 422


@pytest.mark.sqlite_only
def test_the_moments_name_templates_that_exist() -> None:
    assert set(MOMENTS.askings) == set(Moment)
    for asking in MOMENTS.askings.values():
        assert {*asking.everyone, *asking.officers} <= set(TEMPLATES)


@pytest.mark.sqlite_only
def test_only_templates_that_wechat_gave_us_are_offered(settings: Settings) -> None:
    fields = tuple(f"{kind}{number}" for number, kind in enumerate(TEMPLATES["score"], start=1))
    given = {Channel.subscription.value: {"score": WechatTemplate("Wq8", fields)}}
    live = replace(settings, wechat_app_id="wx1", wechat_templates=given)
    assert template_ids(live) == {"score": "Wq8"}
