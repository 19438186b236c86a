"""Who fails too often waits, and nobody waits for another."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server import clock
from server.app import create_app
from server.config import Settings
from server.days import SHANGHAI
from server.db import make_engine
from server.identity import counters, privacy_notice, service
from server.identity.models import Counter, WechatIdentity
from tests.api.answers import refusal
from tests.at_once import at_once
from tests.cast import NOW, Cast
from tests.conftest import Call
from tests.wsgi_transport import connect_sandbox

NOTICE = privacy_notice.current().version

GOOD = "sandbox:li_wei"
HERE = "127.0.0.1"
MOST = 600
"""Failures of one network in a minute."""

SCOPES = {
    "sign-in": ("/auth/wechat", "code"),
    "sign-in in WeChat's browser": ("/auth/official", "code"),
    "login link": ("/auth/link", "secret"),
    "screen": ("/screen-sessions", "key"),
    "board": ("/board-sessions", "key"),
}


def send(app: OpenAPI, path: str, body: object, *, address: str = HERE, **headers: str) -> TestResponse:
    options: dict[str, Any] = {"environ_base": {"REMOTE_ADDR": address}, "headers": headers}
    return app.test_client().post(f"/api/v1{path}", json=body, **options)


def sign_in(app: OpenAPI, code: str, **options: Any) -> int:
    return send(app, "/auth/wechat", {"code": code}, **options).status_code


def have_failed(engine: Engine, times: int, *, scope: str = "sign-in", whose: str = HERE) -> None:
    """Let so many failures of a network lie in this minute."""
    row = Counter(
        key=counters.key_of(f"{scope}: network", whose), tries=times, ends_at=clock.now() + timedelta(minutes=1)
    )
    with Session(engine) as session:
        session.merge(row)
        session.commit()


def failures(engine: Engine, *, scope: str = "sign-in", whose: str = HERE) -> int:
    key = counters.key_of(f"{scope}: network", whose)
    with Session(engine) as session:
        return session.scalar(select(Counter.tries).where(Counter.key == key)) or 0


@pytest.fixture
def beside(app: OpenAPI, engine: Engine, settings: Settings) -> Iterator[OpenAPI]:
    """Another process on the same database."""
    own = make_engine(engine.url.render_as_string(hide_password=False))
    other = create_app(settings, own)
    connect_sandbox(other)
    yield other
    own.dispose()


def test_one_code_tried_again_and_again_stops_itself_alone(app: OpenAPI, cast: Cast, engine: Engine) -> None:
    assert [sign_in(app, "used") for _ in range(7)] == [401] * 5 + [429] * 2
    assert failures(engine) == 5, "what was refused was not counted"
    assert sign_in(app, "another") == 401
    assert sign_in(app, GOOD) == 200


def test_a_hall_that_signs_in_at_once_is_not_counted(app: OpenAPI, engine: Engine) -> None:
    have_failed(engine, MOST - 1)
    assert set(at_once(*[partial(sign_in, app, f"sandbox:phone_{n}") for n in range(40)])) == {200}
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Counter)) == 1


def test_a_network_that_fails_on_and_on_is_told_when_it_may_again(app: OpenAPI, cast: Cast, engine: Engine) -> None:
    have_failed(engine, MOST)
    refused = send(app, "/auth/wechat", {"code": GOOD})
    assert refusal(refused) == (429, "too_many_requests")
    seconds = int(refused.headers["Retry-After"])
    assert 0 < seconds <= 61
    assert refused.get_json()["error"]["message"] == f"失败次数过多，请 {seconds} 秒后再试"
    assert sign_in(app, GOOD, address="203.0.113.9") == 200
    with time_machine.travel(NOW + timedelta(seconds=seconds + 60)):
        assert sign_in(app, GOOD) == 200


@pytest.mark.parametrize("scope", SCOPES)
def test_failures_of_one_way_in_lock_no_other(app: OpenAPI, cast: Cast, engine: Engine, scope: str) -> None:
    have_failed(engine, MOST, scope=scope)
    answers = {
        name: send(app, path, {field: f"wrong {name}"}).status_code == 429 for name, (path, field) in SCOPES.items()
    }
    assert [name for name, locked in answers.items() if locked] == [scope]
    wrong = {
        "name": "张敏",
        "work_number": "N1",
        "code": "ABCDE-FGHJK",
        "privacy_version": NOTICE,
    }
    bearer = {"Authorization": f"Bearer {cast.stranger.token}"}
    assert refusal(send(app, "/binding/activation", wrong, **bearer)) == (422, "binding_refused")


@pytest.mark.parametrize("sent", ['{"code": ["x"]}', "{}", "[]", '{"code": "\\ud800"}', '{"code": "\\u0000"}', "{", ""])
def test_what_is_no_code_is_refused_as_ever(app: OpenAPI, sent: str) -> None:
    options: dict[str, Any] = {"data": sent, "content_type": "application/json"}
    assert app.test_client().post("/api/v1/auth/wechat", **options).status_code in (400, 401, 422)


def test_two_processes_count_together_and_nothing_is_lost(
    app: OpenAPI, beside: OpenAPI, cast: Cast, engine: Engine
) -> None:
    acts = [partial(sign_in, each, f"wrong {n}") for n, each in enumerate([app, beside] * 8)]
    assert at_once(*acts) == [401] * 16
    assert failures(engine) == 16
    assert [sign_in(each, "used") for each in [app, beside] * 3] == [401] * 5 + [429]
    have_failed(engine, MOST)
    assert (sign_in(app, GOOD), sign_in(beside, GOOD)) == (429, 429)


@pytest.mark.parametrize(
    "written", ["203.0.113.7", " 203.0.113.7 ", "6.6.6.6,203.0.113.7:999", "::ffff:203.0.113.7", '"203.0.113.7"']
)
@pytest.mark.usefixtures("_frozen_time")
def test_behind_a_proxy_each_is_counted_alone_however_the_header_is_written(
    settings: Settings, engine: Engine, cast: Cast, written: str
) -> None:
    app = create_app(replace(settings, trusted_proxies=1), engine)
    connect_sandbox(app)
    have_failed(engine, MOST, whose="203.0.113.7")
    assert sign_in(app, GOOD, **{"X-Forwarded-For": written}) == 429
    assert sign_in(app, GOOD, **{"X-Forwarded-For": f"{written}, 203.0.113.8"}) == 200


def test_a_phone_has_one_budget_for_all_its_addresses_of_ipv6(app: OpenAPI, cast: Cast, engine: Engine) -> None:
    have_failed(engine, MOST, whose="2001:db8:1:2::/64")
    assert sign_in(app, GOOD, address="2001:db8:1:2:aaaa::1") == 429
    assert sign_in(app, GOOD, address="2001:DB8:1:2::77") == 429
    assert sign_in(app, GOOD, address="2001:db8:1:3::77") == 200


def test_one_person_is_one_caller_by_whatever_token_and_spelling(app: OpenAPI, cast: Cast, engine: Engine) -> None:
    """20 bindings a minute: spaces, another case or a new sign-in make nobody new."""
    with Session(engine) as session:
        identity = session.scalars(select(WechatIdentity).where(WechatIdentity.openid == "stranger")).one()
        other = service.issue_token(session, identity_id=identity.id, now=clock.now(), days=1)
        session.commit()
    ways = [f"Bearer {cast.stranger.token}", f"bearer {cast.stranger.token}", f"Bearer   {cast.stranger.token} "]
    ways.append(f"Bearer {other}")
    body = {"phone_code": "wrong", "privacy_version": NOTICE}
    answers = [send(app, "/binding/phone", body, Authorization=ways[n % 4]).status_code for n in range(24)]
    assert answers == [422] * 20 + [429] * 4
    assert send(app, "/binding/phone", body, Authorization=f"Bearer {cast.zhang_min.token}").status_code == 422


def test_who_is_not_signed_in_uses_up_nobodys_budget(app: OpenAPI, cast: Cast, engine: Engine) -> None:
    body = {"phone_code": "wrong", "privacy_version": NOTICE}
    assert {send(app, "/binding/phone", body, Authorization="Bearer no").status_code for _ in range(25)} == {401}
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Counter)) == 0


def test_a_locked_number_says_when_it_opens_and_the_right_code_works_then(
    call: Call, cast: Cast, app: OpenAPI, engine: Engine
) -> None:
    number = {"name": "赵新", "work_number": "N7", "privacy_version": NOTICE}
    made = call(
        cast.li_wei,
        "POST",
        f"/organizations/{cast.branch}/members",
        json={"name": "赵新", "work_number": "N7", "category": "staff", "stage": "full"},
    )
    codes = f"/members/{made.json['id']}/activation-codes"
    code = call(cast.li_wei, "POST", codes).json["code"]

    def bind(openid: str, typed: str) -> TestResponse:
        token = send(app, "/auth/wechat", {"code": f"sandbox:{openid}"}).get_json()["token"]
        return send(app, "/binding/activation", number | {"code": typed}, Authorization=f"Bearer {token}")

    assert [bind(f"guesser_{n}", "ABCDE-FGHJK").status_code for n in range(5)] == [422] * 5
    locked = bind("zhao_xin", code)
    assert refusal(locked) == (429, "too_many_tries")
    opens = (clock.now() + timedelta(hours=1, seconds=59)).astimezone(SHANGHAI)
    words = locked.get_json()["error"]["message"]
    assert words.startswith("输错次数过多，请 ")
    assert f"{opens:%H:}" in words
    with time_machine.travel(clock.now() + timedelta(seconds=int(locked.headers["Retry-After"]))):
        assert bind("zhao_xin", code).status_code == 200


def test_a_new_code_opens_a_locked_number_at_once(call: Call, cast: Cast, app: OpenAPI) -> None:
    made = call(
        cast.li_wei,
        "POST",
        f"/organizations/{cast.branch}/members",
        json={"name": "赵新", "work_number": "N7", "category": "staff", "stage": "full"},
    )
    number = {"name": "赵新", "work_number": "N7", "privacy_version": NOTICE}
    for n in range(5):
        token = send(app, "/auth/wechat", {"code": f"sandbox:guesser_{n}"}).get_json()["token"]
        send(app, "/binding/activation", number | {"code": "ABCDE-FGHJK"}, Authorization=f"Bearer {token}")
    code = call(cast.li_wei, "POST", f"/members/{made.json['id']}/activation-codes").json["code"]
    bound = call(cast.stranger, "POST", "/binding/activation", json=number | {"code": code})
    assert bound.status_code == 200


def test_wrong_codes_do_not_stand_in_the_way_of_the_phone(call: Call, cast: Cast) -> None:
    wrong = {
        "name": "张敏",
        "work_number": "N1",
        "code": "ABCDE-FGHJK",
        "privacy_version": NOTICE,
    }
    answers = [call(cast.stranger, "POST", "/binding/activation", json=wrong) for _ in range(6)]
    assert refusal(answers[-1]) == (429, "too_many_tries")
    by_phone = call(
        cast.stranger,
        "POST",
        "/binding/phone",
        json={"phone_code": "phone:13900000000", "privacy_version": NOTICE},
    )
    assert refusal(by_phone) == (422, "phone_not_on_roster")
