"""Our WeChat client against a server that may answer anything, and its token shared by all workers."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from socket import SHUT_RDWR
from threading import Event, Lock
from typing import Any

import pytest
import time_machine
from pytest_httpserver import HTTPServer
from sqlalchemy import Engine, update
from sqlalchemy.orm import Session
from werkzeug import Request, Response

from server import clock, leases
from server.db import database_now
from server.errors import DomainError
from server.leases import Lease
from server.wechat.client import WechatClient
from server.wechat.errors import WechatError
from server.wechat.models import AccessToken
from server.wechat.tokens import TokenStore
from server.wechat.transport import MAX_ANSWER_BYTES, Transport
from tests.at_once import at_once
from tests.waiting import LONG

SECRET = "a-secret-nobody-may-see"
SIGN_IN = "/sns/jscode2session"
TOKEN = "/cgi-bin/stable_token"
PHONE = "/wxa/business/getuserphonenumber"
GOOD_PHONE = {"errcode": 0, "errmsg": "ok", "phone_info": {"purePhoneNumber": "13800138000", "countryCode": "86"}}


class PlayedWechat:
    """Gives out tokens and counts how often it was asked."""

    def __init__(self, server: HTTPServer) -> None:
        self.asked: list[dict[str, Any]] = []
        self.generation = 1
        self._lock = Lock()
        server.expect_request(TOKEN, method="POST").respond_with_handler(self._token)

    @property
    def token(self) -> str:
        return f"token-{self.generation}-" + "x" * 512

    def _token(self, request: Request) -> Response:
        with self._lock:
            body = request.get_json()
            self.asked.append(body)
            self.generation += body["force_refresh"]
            return Response(f'{{"access_token": "{self.token}", "expires_in": 7200}}', mimetype="text/plain")


def _client(server: HTTPServer, engine: Engine, *, timeout_seconds: float = 5) -> WechatClient:
    base_url = server.url_for("").rstrip("/")
    transport = Transport(lambda: base_url, timeout_seconds=timeout_seconds)
    tokens = TokenStore(engine, transport, app_id="wx1", secret=SECRET)
    return WechatClient(transport, tokens, app_id="wx1", secret=SECRET)


@pytest.fixture
def client(httpserver: HTTPServer, engine: Engine) -> WechatClient:
    return _client(httpserver, engine)


@pytest.fixture
def wechat(httpserver: HTTPServer) -> PlayedWechat:
    return PlayedWechat(httpserver)


@pytest.fixture
def _time() -> Iterator[None]:
    with time_machine.travel("2026-06-18T02:00:00Z", tick=True):
        yield


def _refusal(client: WechatClient, code: str = "code") -> WechatError:
    with pytest.raises(WechatError) as refused:
        client.sign_in(code)
    return refused.value


@pytest.mark.sqlite_only
class TestSignIn:
    def test_gives_openid_and_unionid_and_keeps_the_session_key_out(
        self, client: WechatClient, httpserver: HTTPServer
    ) -> None:
        query = {"appid": "wx1", "secret": SECRET, "js_code": "code", "grant_type": "authorization_code"}
        httpserver.expect_oneshot_request(SIGN_IN, query_string=query).respond_with_data(
            '{"openid": "oAbC", "session_key": "k==", "unionid": "uX"}', content_type="text/plain"
        )
        known = client.sign_in("code")
        assert (known.openid, known.unionid) == ("oAbC", "uX")
        assert "k==" not in repr(known)

    @pytest.mark.parametrize(
        "answer", ['{"openid": "o1"}', '{"openid": "o1", "unionid": ""}', '{"openid": "o1", "errcode": 0}']
    )
    def test_works_without_a_unionid(self, client: WechatClient, httpserver: HTTPServer, answer: str) -> None:
        httpserver.expect_request(SIGN_IN).respond_with_data(answer)
        assert client.sign_in("code").unionid is None

    @pytest.mark.parametrize(
        ("errcode", "status", "code"),
        [
            (40029, 401, "wechat_code_invalid"),
            (40163, 401, "wechat_code_invalid"),
            (40226, 403, "wechat_blocked"),
            (45011, 503, "wechat_busy"),
            (45009, 503, "wechat_quota"),
            (-1, 503, "wechat_unavailable"),
            (40013, 503, "wechat_unavailable"),
            (40125, 503, "wechat_unavailable"),
        ],
    )
    def test_maps_what_wechat_refuses(
        self, client: WechatClient, httpserver: HTTPServer, errcode: int, status: int, code: str
    ) -> None:
        httpserver.expect_request(SIGN_IN).respond_with_json({"errcode": errcode, "errmsg": "why"})
        refused = _refusal(client)
        assert (refused.status, refused.code, refused.errcode) == (status, code, errcode)

    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"<html><body>502 Bad Gateway</body></html>",
            b"null",
            b"[]",
            b'"text"',
            b"{",
            b"{}",
            b'{"openid": null}',
            b'{"openid": 7}',
            b'{"openid": ""}',
            b'{"openid": ["o"]}',
            b'{"openid": "has space"}',
            b'{"openid": "\xe5\xbc\xa0"}',
            b'{"openid": "o1", "unionid": 5}',
            b'{"openid": "o1", "unionid": "' + b"u" * 65 + b'"}',
            b'{"openid": "' + b"o" * 65 + b'"}',
            b'{"openid": "o1\\u0000"}',
            b'{"openid": "o1", "errcode": "0"}',
            b'{"openid": "o1", "errcode": true}',
            b'{"openid": "o1", "errcode": null}',
            b'{"errcode": 1.5}',
            b"\xff\xfe\x00",
            b"[" * 100_000,
        ],
    )
    def test_believes_no_nonsense(self, client: WechatClient, httpserver: HTTPServer, answer: bytes) -> None:
        httpserver.expect_request(SIGN_IN).respond_with_data(answer)
        assert _refusal(client).code == "wechat_unavailable"

    @pytest.mark.parametrize("status", [201, 204, 400, 404, 500, 502])
    def test_believes_no_other_status_than_200(self, client: WechatClient, httpserver: HTTPServer, status: int) -> None:
        httpserver.expect_request(SIGN_IN).respond_with_data('{"openid": "o1"}', status=status)
        assert _refusal(client).code == "wechat_unavailable"

    def test_is_not_sent_elsewhere(self, client: WechatClient, httpserver: HTTPServer) -> None:
        elsewhere = {"Location": httpserver.url_for("/elsewhere")}
        httpserver.expect_request(SIGN_IN).respond_with_data("", status=302, headers=elsewhere)
        httpserver.expect_request("/elsewhere").respond_with_json({"openid": "o1"})
        assert _refusal(client).code == "wechat_unavailable"
        assert [request.path for request, _ in httpserver.log] == [SIGN_IN]

    def test_reads_no_endless_answer(self, client: WechatClient, httpserver: HTTPServer) -> None:
        httpserver.expect_request(SIGN_IN).respond_with_data(b" " * (MAX_ANSWER_BYTES + 1) + b'{"openid": "o1"}')
        assert _refusal(client).code == "wechat_unavailable"

    def test_does_not_wait_for_a_server_that_is_silent(self, httpserver: HTTPServer, engine: Engine) -> None:
        done = Event()
        httpserver.expect_request(SIGN_IN).respond_with_handler(lambda _request: _after(done))
        try:
            assert _refusal(_client(httpserver, engine, timeout_seconds=0.1)).code == "wechat_unavailable"
        finally:
            done.set()

    def test_does_not_wait_for_a_server_that_drips(self, httpserver: HTTPServer, engine: Engine) -> None:
        done = Event()
        httpserver.expect_request(SIGN_IN).respond_with_handler(lambda _request: _dripping(done))
        try:
            assert _refusal(_client(httpserver, engine, timeout_seconds=0.3)).code == "wechat_unavailable"
        finally:
            done.set()

    def test_says_so_when_nobody_listens(self, engine: Engine) -> None:
        with HTTPServer() as gone:
            client = _client(gone, engine)
        assert _refusal(client).code == "wechat_unavailable"


def _after(done: Event) -> Response:
    done.wait(LONG)
    return Response('{"openid": "o1"}')


def _dripping(done: Event) -> Response:
    def drops() -> Iterator[bytes]:
        for _ in range(600):
            yield b" " * (16 * 1024)  # a whole chunk, so that every read succeeds in time
            if done.wait(0.05):
                return

    return Response(drops(), mimetype="text/plain")


@pytest.mark.sqlite_only
@pytest.mark.parametrize("answer", ["<html>", '{"errcode": 40013}', '{"errcode": -1}'])
def test_no_secret_reaches_an_error_or_a_log(
    client: WechatClient, httpserver: HTTPServer, caplog: pytest.LogCaptureFixture, capsys: Any, answer: str
) -> None:
    caplog.set_level(logging.DEBUG)
    httpserver.expect_request(SIGN_IN).respond_with_data(answer)
    refused = _refusal(client, "code-of-someone")
    httpserver.clear()
    httpserver.expect_request(SIGN_IN).respond_with_handler(_hang_up)
    unreachable = _refusal(client, "code-of-someone")
    ours = [record.getMessage() for record in caplog.records if record.name != "werkzeug"]  # that one is the test's
    errors = [f"{error!r} {error.detail}" for error in (refused, unreachable)]
    said = "".join([*ours, *capsys.readouterr(), *errors])
    assert "wechat_unreachable" in said
    assert SECRET not in said
    assert "code-of-someone" not in said
    assert refused.__cause__ is None
    assert unreachable.__suppress_context__


def _hang_up(request: Request) -> Response:
    request.environ["werkzeug.socket"].shutdown(SHUT_RDWR)
    return Response()


def test_the_token_is_fetched_once_and_kept_for_every_worker(
    httpserver: HTTPServer, engine: Engine, wechat: PlayedWechat
) -> None:
    workers = [_client(httpserver, engine) for _ in range(8)]

    assert set(at_once(*(worker.tokens.current for worker in workers))) == {wechat.token}
    assert wechat.asked == [
        {"grant_type": "client_credential", "appid": "wx1", "secret": SECRET, "force_refresh": False}
    ]


def test_the_next_token_is_fetched_before_the_last_one_ends(client: WechatClient, wechat: PlayedWechat) -> None:
    with time_machine.travel("2026-06-18T02:00:00Z", tick=False) as time:
        client.tokens.current()
        time.shift(timedelta(seconds=7200 - 241))
        client.tokens.current()
        assert len(wechat.asked) == 1
        time.shift(timedelta(seconds=1))
        client.tokens.current()
        assert len(wechat.asked) == 2


@pytest.mark.usefixtures("_time")
def test_an_old_token_still_good_is_used_while_another_worker_fetches(
    client: WechatClient, engine: Engine, wechat: PlayedWechat
) -> None:
    now = clock.now()
    _keep(engine, "old", expires_at=now + timedelta(minutes=2))
    other = leases.take(engine, "wechat_token:wx1")
    assert other is not None
    assert client.tokens.current() == "old"
    assert wechat.asked == []
    leases.release(engine, other)
    assert client.tokens.current() == wechat.token


@pytest.mark.usefixtures("_time")
def test_the_lease_of_a_worker_that_died_ends(client: WechatClient, engine: Engine, wechat: PlayedWechat) -> None:
    now = clock.now()
    _keep(engine, "old", expires_at=now - timedelta(hours=1))
    assert leases.take(engine, "wechat_token:wx1", lasts=timedelta(seconds=1)) is not None
    assert client.tokens.current() == wechat.token


def test_who_lost_the_lease_leaves_the_token_that_was_kept_meanwhile(
    httpserver: HTTPServer, engine: Engine, wechat: PlayedWechat
) -> None:
    """The answer came so late that another worker has fetched one since."""

    def ask_slowly(*_arguments: object) -> dict[str, Any]:
        with Session(engine) as session:
            session.execute(update(Lease).values(expires_at=database_now(session)))
            session.commit()
        assert leases.take(engine, "wechat_token:wx1") is not None
        _keep(engine, "newer", expires_at=clock.now() + timedelta(hours=2))
        return {"access_token": "late", "expires_in": 7200}

    slow = _client(httpserver, engine).tokens
    slow._ask = ask_slowly
    assert slow.current() == "late"
    assert _client(httpserver, engine).tokens.current() == "newer"


def _keep(engine: Engine, token: str, **times: Any) -> None:
    with Session(engine) as session:
        session.merge(AccessToken(app_id="wx1", token=token, **times))
        session.commit()


@pytest.mark.parametrize(
    "answer",
    [
        '{"errcode": 40125, "errmsg": "invalid appsecret"}',
        "<html>",
        "{}",
        '{"access_token": "", "expires_in": 7200}',
        '{"access_token": 7, "expires_in": 7200}',
        '{"access_token": "t"}',
        '{"access_token": "t", "expires_in": "7200"}',
        '{"access_token": "t", "expires_in": true}',
        '{"access_token": "t", "expires_in": -5}',
        '{"access_token": "' + "t" * 2049 + '", "expires_in": 7200}',
    ],
)
@pytest.mark.sqlite_only
def test_a_token_that_makes_no_sense_is_not_kept_and_the_next_call_asks_again(
    client: WechatClient, httpserver: HTTPServer, answer: str
) -> None:
    httpserver.expect_oneshot_request(TOKEN).respond_with_data(answer)
    with pytest.raises(WechatError):
        client.tokens.current()
    wechat = PlayedWechat(httpserver)
    assert client.tokens.current() == wechat.token


def test_a_refused_token_is_renewed_and_the_call_made_once_more(
    client: WechatClient, httpserver: HTTPServer, wechat: PlayedWechat
) -> None:
    refused = wechat.token
    httpserver.expect_oneshot_request(PHONE, query_string={"access_token": refused}).respond_with_json(
        {"errcode": 40001, "errmsg": "invalid credential"}
    )
    httpserver.expect_oneshot_request(PHONE, json={"code": "c"}).respond_with_json(GOOD_PHONE)
    assert client.phone_number("c") == "13800138000"
    assert [asked["force_refresh"] for asked in wechat.asked] == [False, False, True]


def test_a_token_renewed_by_another_worker_is_taken_from_the_row(
    client: WechatClient, engine: Engine, wechat: PlayedWechat
) -> None:
    old = client.tokens.current()
    _keep(engine, "newer", expires_at=clock.now() + timedelta(hours=1))
    assert client.tokens.after_refusal(old) == "newer"
    assert len(wechat.asked) == 1


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
@pytest.mark.sqlite_only
def test_a_token_refused_twice_is_not_tried_a_third_time(
    client: WechatClient, httpserver: HTTPServer, wechat: PlayedWechat, errcode: int
) -> None:
    httpserver.expect_request(PHONE).respond_with_json({"errcode": errcode, "errmsg": "no"})
    with pytest.raises(WechatError) as refused:
        client.phone_number("c")
    assert (refused.value.code, refused.value.errcode) == ("wechat_unavailable", errcode)
    assert sum(request.path == PHONE for request, _ in httpserver.log) == 2


@pytest.mark.usefixtures("wechat")
@pytest.mark.sqlite_only
class TestPhoneNumber:
    @pytest.mark.parametrize("number", ["13800138000", "+8613800138000", "86 138 0013 8000"])
    def test_is_given_as_eleven_digits(self, client: WechatClient, httpserver: HTTPServer, number: str) -> None:
        httpserver.expect_request(PHONE).respond_with_json({"phone_info": {"purePhoneNumber": number}})
        assert client.phone_number("c") == "13800138000"

    @pytest.mark.parametrize("info", [None, [], "x", {}, {"purePhoneNumber": None}, {"purePhoneNumber": 13800138000}])
    def test_is_not_made_out_of_nonsense(self, client: WechatClient, httpserver: HTTPServer, info: object) -> None:
        httpserver.expect_request(PHONE).respond_with_json({"errcode": 0, "phone_info": info})
        with pytest.raises(DomainError) as refused:
            client.phone_number("c")
        assert refused.value.code == "wechat_unavailable"

    def test_from_abroad_is_refused_kindly(self, client: WechatClient, httpserver: HTTPServer) -> None:
        httpserver.expect_request(PHONE).respond_with_json({"phone_info": {"purePhoneNumber": "2025550123"}})
        with pytest.raises(DomainError) as refused:
            client.phone_number("c")
        assert refused.value.code == "phone_unsupported"

    def test_with_a_used_code_does_not_sign_anyone_out(self, client: WechatClient, httpserver: HTTPServer) -> None:
        httpserver.expect_request(PHONE).respond_with_json({"errcode": 40029, "errmsg": "invalid code"})
        with pytest.raises(DomainError) as refused:
            client.phone_number("c")
        assert (refused.value.code, refused.value.status) == ("wechat_code_invalid", 422)
