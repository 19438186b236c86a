"""The sandbox's listener over real sockets, within the app and as a process of its own."""

import json
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine

from server import config
from server.app import create_app
from server.config import Settings
from server.wechat.client import WechatClient
from server.wechat.errors import WechatError
from server.wechat.sandbox.listener import PREFIX, Listener
from server.wechat.sandbox.state import SandboxState
from tests.at_once import at_once
from tests.playing_wechat import SECRET, message
from tests.waiting import LONG

pytestmark = pytest.mark.sqlite_only
SEND = "/cgi-bin/message/subscribe/send"


@pytest.fixture
def state() -> SandboxState:
    return SandboxState()


@pytest.fixture
def address(state: SandboxState) -> Iterator[str]:
    listener = Listener(lambda: state)
    yield listener.base_url()
    state.released.set()
    listener.stop()


@pytest.fixture
def process() -> Iterator[str]:
    """The address of a sandbox in a process of its own."""
    command = [sys.executable, "-m", "server.wechat.sandbox", "--port", "0", "--unbounded"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stdout is not None
        yield sandbox.stdout.readline().strip()
        sandbox.terminate()
        assert sandbox.wait(LONG) == 0


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def _token(http: requests.Session, address: str) -> str:
    body = {"appid": "sandbox", "secret": SECRET}
    return str(http.post(f"{address}/cgi-bin/stable_token", json=body, timeout=LONG).json()["access_token"])


def _send(http: requests.Session, address: str, **options: Any) -> requests.Response:
    query = {"access_token": _token(http, address)}
    return http.post(f"{address}{SEND}", params=query, json=message("zhang_min"), **({"timeout": LONG} | options))


def _place(address: str) -> tuple[str, int]:
    """Return host and port of an address."""
    return "127.0.0.1", urlsplit(address).port or 0


def _agree(http: requests.Session, address: str, times: int = 9) -> None:
    body: dict[str, Any] = {"openids": ["zhang_min"], "templates": ["sandbox-score"], "times": times}
    assert http.post(f"{address}/phones/agree", json=body, timeout=LONG).status_code == 204


def test_one_connection_serves_many_calls(address: str) -> None:
    call = f"GET {PREFIX}/counts HTTP/1.1\r\nHost: sandbox\r\n\r\n".encode()
    with socket.create_connection(_place(address), LONG) as connection:
        for _ in range(3):
            connection.sendall(call)
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200 OK")


def test_a_time_out_takes_the_message_and_never_answers(address: str, http: requests.Session) -> None:
    _agree(http, address)
    http.post(f"{address}/rules", json={"fault": "time_out", "times": 1}, timeout=LONG)
    with pytest.raises(requests.ReadTimeout):
        _send(http, address, timeout=2)
    assert _send(http, address).json()["errcode"] == 0
    lines = http.get(f"{address}/messages", timeout=LONG).text.splitlines()
    assert ['"answered": false' in line for line in lines] == [True, False]


def test_others_are_answered_while_some_hang(address: str, http: requests.Session) -> None:
    _agree(http, address)
    http.post(f"{address}/rules", json={"fault": "time_out", "times": 20}, timeout=LONG)

    body = json.dumps(message("zhang_min")).encode()
    path = f"{urlsplit(address).path}{SEND}?access_token={_token(http, address)}"
    head = f"POST {path} HTTP/1.1\r\nHost: sandbox\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    deadline = monotonic() + LONG
    with ExitStack() as open_ones:
        hanging = [open_ones.enter_context(socket.create_connection(_place(address), LONG)) for _ in range(8)]
        for connection in hanging:
            connection.sendall(f"{head}\r\n\r\n".encode() + body)
        while http.get(f"{address}/counts", timeout=LONG).json()["messages"] < 8:
            assert monotonic() < deadline
        assert select.select(hanging, [], [], 0)[0] == [], "one of them was answered"


def test_a_dropped_connection_brings_nothing(address: str, http: requests.Session) -> None:
    _agree(http, address)
    http.post(f"{address}/rules", json={"fault": "dropped", "times": 1}, timeout=LONG)
    with pytest.raises(requests.ConnectionError):
        _send(http, address)
    assert http.get(f"{address}/counts", timeout=LONG).json()["messages"] == 0


def test_eight_at_once_get_one_token(address: str, state: SandboxState) -> None:
    def fetch() -> str:
        with requests.Session() as own:
            return _token(own, address)

    assert len({token for _ in range(5) for token in at_once(*[fetch] * 8)}) == 1
    with requests.Session() as own:
        counts = own.get(f"{address}/tokens", timeout=LONG).json()
    assert counts["sandbox"] == {"fetches": 40, "issued": 1}
    assert counts["sandbox-work"] == {"fetches": 0, "issued": 0}


@pytest.mark.parametrize("raw", [b"\r\n\r\n", b"GET\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n"])
def test_noise_ends_the_connection_and_nothing_else(address: str, http: requests.Session, raw: bytes) -> None:
    with socket.create_connection(_place(address), LONG) as connection:
        connection.sendall(raw)
        assert connection.recv(1024) == b""
    assert http.get(f"{address}/counts", timeout=LONG).status_code == 200


def test_a_server_uses_the_sandbox_of_another_process(settings: Settings, engine: Engine, process: str) -> None:
    app = create_app(replace(settings, sandbox_url=process), engine)
    client = app.test_client()
    body = {"openids": ["zhang_min"], "templates": ["sandbox-score"]}
    assert client.post(f"{PREFIX}/phones/agree", json=body).status_code == 204
    wechat: WechatClient = app.extensions["wechat"]
    assert wechat.post(SEND, message("zhang_min"))["errcode"] == 0
    with pytest.raises(WechatError) as refused:
        wechat.post(SEND, message("zhang_min"))
    assert refused.value.errcode == 43101
    assert client.get(f"{PREFIX}/counts").get_json()["messages"] == 1
    assert app.extensions["wechat_sandbox"].record.counts()["messages"] == 0


def test_the_address_of_the_other_process_comes_from_the_environment(settings: Settings) -> None:
    data = {"XIANFENG_DATA": str(settings.data_dir)}
    assert config.load(data | {"XIANFENG_SANDBOX_URL": f"http://127.0.0.1:8400{PREFIX}/"}).sandbox_url == (
        f"http://127.0.0.1:8400{PREFIX}"
    )
    assert config.load(data | {"XIANFENG_SANDBOX_URL": ""}).sandbox_url is None


def test_work_has_a_prefix_of_its_own(app: OpenAPI, address: str, http: requests.Session) -> None:
    query = {"corpid": "sandbox-work", "corpsecret": SECRET}
    over_socket = http.get(f"{address.replace('/wechat', '/work')}/cgi-bin/gettoken", params=query, timeout=LONG).json()
    assert over_socket["errcode"] == 0
    within_app = app.test_client().get("/sandbox/work/cgi-bin/gettoken", query_string=query)
    assert (within_app.status_code, within_app.mimetype) == (200, "text/plain")


def test_a_sandbox_process_that_is_away_is_said_to_be(settings: Settings, engine: Engine) -> None:
    app = create_app(replace(settings, sandbox_url="http://127.0.0.1:9"), engine)
    answer = app.test_client().get(f"{PREFIX}/counts")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (503, "sandbox_away")
