"""The sandbox over a real socket: our client, the app's own stand-in, and the ways it can be told to fail."""

import json
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from server import clock
from server.app import create_app
from server.config import Settings
from server.wechat.client import WechatClient, ask_once
from server.wechat.errors import WechatError
from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.listener import PREFIX
from server.wechat.sandbox.state import PlayedCall, PlayedFault, SandboxState
from server.wechat.sandbox.views import unionid_of
from tests.waiting import LONG

pytestmark = pytest.mark.sqlite_only
FAULTS = f"{PREFIX}/faults"


@pytest.fixture
def served(settings: Settings, engine: Engine) -> Iterator[OpenAPI]:
    """The app, whose client reaches its sandbox over a socket."""
    app = create_app(settings, engine)
    yield app
    app.extensions["wechat_sandbox"].released.set()
    app.extensions["wechat_listener"].stop()


@pytest.fixture
def wechat(served: OpenAPI) -> WechatClient:
    client: WechatClient = served.extensions["wechat"]
    return client


@pytest.fixture
def sandbox(served: OpenAPI) -> SandboxState:
    state: SandboxState = served.extensions["wechat_sandbox"]
    return state


def test_a_server_whose_only_thread_is_signing_someone_in_still_plays_wechat(served: OpenAPI) -> None:
    server = make_server("127.0.0.1", 0, served, threaded=False)
    thread = Thread(target=server.handle_request)
    thread.start()
    address = f"http://127.0.0.1:{server.port}/api/v1/auth/wechat"
    answer = requests.post(address, json={"code": "sandbox:loop"}, timeout=LONG)
    thread.join()
    server.server_close()
    assert answer.status_code == 200


def test_a_persona_has_always_the_same_unionid(wechat: WechatClient) -> None:
    first, again = wechat.sign_in("sandbox:zhang_min"), wechat.sign_in("sandbox:zhang_min")
    assert first == again
    assert first.unionid == unionid_of("zhang_min")
    assert wechat.sign_in("sandbox:li_wei").unionid != first.unionid


def test_a_phone_code_shows_its_number(wechat: WechatClient) -> None:
    assert wechat.phone_number("phone:13800138000") == "13800138000"
    assert wechat.phone_number("phone:+8613800138000") == "13800138000"


@pytest.mark.parametrize("code", ["", "13800138000", "phone:", "phone:abc", "sandbox:zhang_min"])
def test_another_phone_code_is_refused(wechat: WechatClient, code: str) -> None:
    with pytest.raises(WechatError) as refused:
        wechat.phone_number(code)
    assert refused.value.errcode == 40029


def test_a_token_refused_once_is_renewed(wechat: WechatClient, sandbox: SandboxState) -> None:
    before = wechat.tokens.current()
    sandbox.fail(PlayedCall.phone, PlayedFault.token_refused, times=1)
    assert wechat.phone_number("phone:13800138000") == "13800138000"
    assert wechat.tokens.current() != before


def test_a_token_of_an_earlier_sandbox_is_renewed(served: OpenAPI, wechat: WechatClient) -> None:
    served.extensions["wechat_sandbox"].tokens.stable(App.miniprogram, now=clock.now(), force=True)
    wechat.tokens.current()
    served.extensions["wechat_sandbox"] = SandboxState()
    assert wechat.phone_number("phone:13800138000") == "13800138000"


def test_a_time_out_is_waited_for_no_longer_than_allowed(wechat: WechatClient, sandbox: SandboxState) -> None:
    wechat.transport.timeout_seconds = 0.1
    sandbox.fail(PlayedCall.sign_in, PlayedFault.time_out, times=1)
    with pytest.raises(WechatError) as refused:
        wechat.sign_in("sandbox:zhang_min")
    assert (refused.value.code, refused.value.errcode) == ("wechat_unavailable", None)


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        (PlayedFault.busy, ("wechat_unavailable", -1)),
        (PlayedFault.quota, ("wechat_quota", 45009)),
        (PlayedFault.nonsense, ("wechat_unavailable", None)),
    ],
)
@pytest.mark.parametrize("call", [PlayedCall.phone, PlayedCall.token])
def test_a_fault_is_over_after_so_many_calls(
    wechat: WechatClient, sandbox: SandboxState, call: PlayedCall, fault: PlayedFault, refusal: tuple[str, int | None]
) -> None:
    sandbox.fail(call, fault, times=2)
    for _ in range(2):
        with pytest.raises(WechatError) as refused:
            wechat.phone_number("phone:13800138000")
        assert (refused.value.code, refused.value.errcode) == refusal
    assert wechat.phone_number("phone:13800138000") == "13800138000"


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
    answer = client.get(f"{PREFIX}/sns/jscode2session?{query}")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert json.loads(answer.data)["errcode"] == errcode


def test_wechat_is_asked_once_although_the_view_runs_again(app: OpenAPI, engine: Engine) -> None:
    asked = []
    with app.test_request_context(), Session(engine) as session:
        for _ in range(2):
            assert ask_once(session, lambda wechat: asked.append(wechat) or "answer") == "answer"  # type: ignore[func-returns-value]
    assert len(asked) == 1


def test_wechat_is_never_asked_while_a_transaction_is_open(app: OpenAPI, engine: Engine) -> None:
    refused = pytest.raises(RuntimeError, match="before the first statement")
    with app.test_request_context(), Session(engine) as session, session.begin(), refused:
        ask_once(session, lambda wechat: wechat.sign_in("sandbox:a"))
