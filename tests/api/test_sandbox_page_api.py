"""What the sandbox's page reads of the product; production has neither page nor sandbox."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.app import create_app
from server.config import Settings
from server.pushes.rules import AttemptStatus, PushStatus
from tests.cast import NOW, Cast
from tests.pushed import add_attempt, add_push

OVERVIEW = "/sandbox/overview"


def test_the_page_says_who_is_who(client: FlaskClient, cast: Cast) -> None:
    body = client.get(OVERVIEW).get_json()
    assert body["personas"][0]["name"] == "张敏"
    named = {(each["app"], each["openid"]): each["name"] for each in body["people"]}
    assert named["sandbox", "zhang_min"] == "张敏"
    assert body["figures"] == {"sent_today": 0, "waiting_for_retry": 0, "unknown": 0, "unreachable_people": 0}


def test_the_page_counts_what_became_of_pushes(client: FlaskClient, session: Session, cast: Cast) -> None:
    for subject, status, outcome in (
        ("2026-01", PushStatus.sent, AttemptStatus.sent),
        ("2026-02", PushStatus.waiting, AttemptStatus.retry),
        ("2026-03", PushStatus.unknown, AttemptStatus.unknown),
        ("2026-04", PushStatus.unreachable, AttemptStatus.refused),
        ("2026-05", PushStatus.unreachable, AttemptStatus.refused),
    ):
        push = add_push(session, cast, cast.zhang_min, subject=subject, status=status, attempts=1)
        add_attempt(session, push, status=outcome, at=NOW)
    yesterday = add_push(session, cast, cast.zhang_min, subject="2025-12", attempts=1)
    add_attempt(session, yesterday, at=NOW - timedelta(hours=1))
    add_push(session, cast, cast.li_wei, status=PushStatus.waiting)
    assert client.get(OVERVIEW).get_json()["figures"] == {
        "sent_today": 1,
        "waiting_for_retry": 1,
        "unknown": 1,
        "unreachable_people": 1,
    }


def test_a_message_is_given_the_title_and_labels_of_its_push(client: FlaskClient, session: Session, cast: Cast) -> None:
    add_push(session, cast, cast.zhang_min, attempts=1, page="/pages/score/score?month=2026-05")
    [push] = client.get(OVERVIEW).get_json()["pushes"]
    assert push["account_id"] == cast.zhang_min.account_id
    assert (push["title"], push["page"]) == ("您的月度积分", "pages/score/score?month=2026-05")
    assert push["template_id"] == "sandbox-score"
    assert push["labels"][:2] == ["月份", "积分"]


@pytest.mark.sqlite_only
def test_outside_the_sandbox_there_is_no_page(settings: Settings, engine: Engine) -> None:
    app = create_app(replace(settings, wechat_app_id="wx1", wechat_secret="secret"), engine)
    for path in ("/sandbox", OVERVIEW, "/sandbox/wechat/counts", "/sandbox/work/cgi-bin/gettoken"):
        assert app.test_client().get(path).status_code == 404


@pytest.mark.sqlite_only
def test_the_page_runs_no_script_of_its_own(client: FlaskClient) -> None:
    answer = client.get("/sandbox")
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    html = answer.get_data(as_text=True)
    assert "style=" not in html
    assert html.count("<script") == 1
