"""The sandbox over a real socket: our client, the app's own stand-in, and the ways it can be told to fail."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from server.app import create_app
from server.config import Settings
from server.wechat.client import SANDBOX_PATH, WechatClient, ask_once, make_client
from server.wechat.errors import WechatError
from server.wechat.sandbox.state import Call, Fault, SandboxState
from server.wechat.sandbox.views import unionid_of

pytestmark = pytest.mark.sqlite_only
FAULTS = f"{SANDBOX_PATH}/faults"


@pytest.fixture
def served(settings: Settings, engine: Any, tmp_path: Path) -> Iterator[tuple[OpenAPI, WechatClient, str]]:
    """The app on a free port with several threads, its client, and its address."""
    app = create_app(settings, engine)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    bound = replace(settings, port=server.port, host="0.0.0.0")
    app.extensions["wechat"] = make_client(bound, engine)
    yield app, app.extensions["wechat"], f"http://127.0.0.1:{server.port}"
    app.extensions["wechat_sandbox"].released.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_app_signs_in_through_its_own_sandbox(served: tuple[OpenAPI, WechatClient, str]) -> None:
    _app, _client, address = served
    answer = requests.post(f"{address}/api/v1/auth/wechat", json={"code": "sandbox:loop"}, timeout=10)
    assert answer.status_code == 200
    assert answer.json()["bound"] is False


def test_a_persona_has_always_the_same_unionid(served: tuple[OpenAPI, WechatClient, str]) -> None:
    _app, client, _address = served
    first, again = client.sign_in("sandbox:zhang_min"), client.sign_in("sandbox:zhang_min")
    assert first == again
    assert first.unionid == unionid_of("zhang_min")
    assert client.sign_in("sandbox:li_wei").unionid != first.unionid


def test_a_phone_code_shows_its_number(served: tuple[OpenAPI, WechatClient, str]) -> None:
    _app, client, _address = served
    assert client.phone_number("phone:13800138000") == "13800138000"
    assert client.phone_number("phone:+8613800138000") == "13800138000"


@pytest.mark.parametrize("code", ["", "13800138000", "phone:", "phone:abc", "sandbox:zhang_min"])
def test_another_phone_code_is_refused(served: tuple[OpenAPI, WechatClient, str], code: str) -> None:
    _app, client, _address = served
    with pytest.raises(WechatError) as refused:
        client.phone_number(code)
    assert refused.value.errcode == 40029


def test_a_token_refused_once_is_renewed(served: tuple[OpenAPI, WechatClient, str]) -> None:
    app, client, _address = served
    state: SandboxState = app.extensions["wechat_sandbox"]
    before = client.tokens.current()
    state.fail(Call.phone, Fault.token_refused, times=1)
    assert client.phone_number("phone:13800138000") == "13800138000"
    assert client.tokens.current() != before


def test_a_token_of_an_earlier_sandbox_is_renewed(served: tuple[OpenAPI, WechatClient, str]) -> None:
    app, client, _address = served
    app.extensions["wechat_sandbox"].access_token(renew=True)
    client.tokens.current()
    app.extensions["wechat_sandbox"] = SandboxState()
    assert client.phone_number("phone:13800138000") == "13800138000"


def test_a_time_out_is_waited_for_no_longer_than_allowed(served: tuple[OpenAPI, WechatClient, str]) -> None:
    app, client, _address = served
    client.transport.timeout_seconds = 0.1
    app.extensions["wechat_sandbox"].fail(Call.sign_in, Fault.time_out, times=1)
    with pytest.raises(WechatError) as refused:
        client.sign_in("sandbox:zhang_min")
    assert (refused.value.code, refused.value.errcode) == ("wechat_unavailable", None)


@pytest.mark.parametrize(
    ("fault", "code", "errcode"),
    [
        (Fault.busy, "wechat_unavailable", -1),
        (Fault.quota, "wechat_quota", 45009),
        (Fault.nonsense, "wechat_unavailable", None),
    ],
)
@pytest.mark.parametrize("call", [Call.phone, Call.token])
def test_a_fault_is_over_after_so_many_calls(
    served: tuple[OpenAPI, WechatClient, str], call: Call, fault: Fault, code: str, errcode: int | None
) -> None:
    app, client, _address = served
    app.extensions["wechat_sandbox"].fail(call, fault, times=2)
    for _ in range(2):
        with pytest.raises(WechatError) as refused:
            client.phone_number("phone:13800138000")
        assert (refused.value.code, refused.value.errcode) == (code, errcode)
    assert client.phone_number("phone:13800138000") == "13800138000"


def test_faults_are_set_listed_and_healed_over_http(client: FlaskClient) -> None:
    assert client.put(f"{FAULTS}/jscode2session", json={"fault": "busy", "times": 3}).status_code == 204
    assert client.put(f"{FAULTS}/stable_token", json={"fault": "quota"}).status_code == 204
    assert client.get(FAULTS).get_json() == {
        "jscode2session": {"fault": "busy", "times": 3},
        "stable_token": {"fault": "quota", "times": 1},
    }
    assert client.delete(FAULTS).status_code == 204
    assert client.get(FAULTS).get_json() == {}


@pytest.mark.parametrize(
    ("call", "body", "status"),
    [
        ("unknown", {"fault": "busy"}, 404),
        ("stable_token", {"fault": "unknown"}, 404),
        ("stable_token", {}, 404),
        ("stable_token", [], 404),
        ("stable_token", {"fault": "busy", "times": 0}, 422),
        ("stable_token", {"fault": "busy", "times": 1001}, 422),
        ("stable_token", {"fault": "busy", "times": "2"}, 422),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(client: FlaskClient, call: str, body: Any, status: int) -> None:
    assert client.put(f"{FAULTS}/{call}", json=body).status_code == status


@pytest.mark.parametrize(
    ("query", "errcode"),
    [
        ("", 40013),
        ("appid=sandbox", 40125),
        ("appid=sandbox&secret=wrong&js_code=sandbox:a", 40125),
        ("appid=sandbox&secret=sandbox-secret", 41008),
        ("appid=sandbox&secret=sandbox-secret&js_code=a", 40029),
    ],
)
def test_the_sandbox_refuses_as_wechat_does(client: FlaskClient, query: str, errcode: int) -> None:
    answer = client.get(f"{SANDBOX_PATH}/sns/jscode2session?{query}")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert json.loads(answer.data)["errcode"] == errcode


def test_wechat_is_asked_once_although_the_view_runs_again(app: OpenAPI, engine: Any) -> None:
    asked = []
    with app.test_request_context(), Session(engine) as session:
        for _ in range(2):
            assert ask_once(session, lambda wechat: asked.append(wechat) or "answer") == "answer"  # type: ignore[func-returns-value]
    assert len(asked) == 1


def test_wechat_is_never_asked_while_a_transaction_is_open(app: OpenAPI, engine: Any) -> None:
    refused = pytest.raises(RuntimeError, match="before the first statement")
    with app.test_request_context(), Session(engine) as session, session.begin(), refused:
        ask_once(session, lambda wechat: wechat.sign_in("sandbox:a"))
