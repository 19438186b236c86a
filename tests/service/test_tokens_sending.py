"""What a call that failed tells: that it never went out, or that nobody knows; and 企业微信's token."""

import json
import socket
import ssl
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pytest_httpserver import HTTPServer
from sqlalchemy import Engine
from urllib3 import ProxyManager
from werkzeug import Request, Response

from server.wechat.client import SendResult, WechatClient, client_of, send_result
from server.wechat.errors import WechatError
from server.wechat.transport import MAX_ANSWER_BYTES, Transport, through_proxy
from server.wechat.work import WorkClient
from tests.at_once import at_once

SECRET = "a-secret-nobody-may-see"
TOKEN, SEND = "/cgi-bin/stable_token", "/cgi-bin/message/subscribe/send"
WORK_TOKEN, WORK_SEND = "/cgi-bin/gettoken", "/cgi-bin/message/send"


def _transport(base_url: str) -> Transport:
    return Transport(lambda: base_url.rstrip("/"), timeout_seconds=0.5)


def _self_signed(directory: Path) -> Path:
    """Write a key and a certificate that nobody has signed but itself; return their file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(today - timedelta(days=1)).not_valid_after(today + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = directory / "tls.pem"
    path.write_bytes(private + builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    return path


@pytest.fixture
def client(httpserver: HTTPServer, engine: Engine) -> WechatClient:
    httpserver.expect_request(TOKEN).respond_with_json({"access_token": "t", "expires_in": 7200})
    return client_of(engine, _transport(httpserver.url_for("")), "wx1", SECRET)


def _failure(client: WechatClient) -> WechatError:
    with pytest.raises(WechatError) as failed:
        client.send(SEND, {"touser": "o"})
    return failed.value


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"", 200),
        (b"{}", 200),
        (b'{"msgid": 7}', 200),
        (b'{"errcode": "0"}', 200),
        (b'{"errcode": true}', 200),
        (b"[]", 200),
        (b"<html>502 Bad Gateway</html>", 502),
        (b"<html>502 Bad Gateway</html>", 200),
        (b'{"errcode": 0}', 500),
        (b" " * (MAX_ANSWER_BYTES + 1), 200),
    ],
)
def test_an_answer_nobody_understands_may_mean_that_it_was_done(
    client: WechatClient, httpserver: HTTPServer, answer: bytes, status: int
) -> None:
    httpserver.expect_request(SEND).respond_with_data(answer, status=status)
    assert _failure(client).maybe_done


@pytest.mark.sqlite_only
@pytest.mark.parametrize("errcode", [0, -1, 43101, 47003, 99999])
def test_what_wechat_says_is_passed_on(client: WechatClient, httpserver: HTTPServer, errcode: int) -> None:
    httpserver.expect_request(SEND).respond_with_json({"errcode": errcode, "errmsg": "said"})
    assert client.send(SEND, {}).errcode == errcode


@pytest.mark.sqlite_only
def test_a_refused_connection_means_that_nothing_went_out(engine: Engine) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        port = unheard.getsockname()[1]
        transport = _transport(f"http://127.0.0.1:{port}")
        with pytest.raises(WechatError) as failed:
            transport.call("POST", SEND, params={}, body={})
    assert not failed.value.maybe_done


@pytest.mark.sqlite_only
def test_silence_after_the_call_went_out_may_mean_that_it_was_done() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        transport = _transport(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(WechatError) as failed:
            transport.call("POST", SEND, params={}, body={})
    assert failed.value.maybe_done


@pytest.mark.sqlite_only
def test_a_server_that_cannot_prove_who_it_is_is_told_nothing(tmp_path: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(_self_signed(tmp_path))
    with HTTPServer(ssl_context=tls) as stranger:
        with pytest.raises(WechatError) as failed:
            _transport(stranger.url_for("")).call("POST", SEND, params={}, body={})
        assert stranger.log == []
    assert not failed.value.maybe_done


@pytest.mark.sqlite_only
def test_a_proxy_named_by_the_environment_is_used_where_it_should_be(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", httpserver.url_for("").replace("//", "//dang:secret@").rstrip("/"))
    httpserver.expect_request(SEND).respond_with_json({"errcode": 0})
    wechat = Transport(lambda: "http://wechat.invalid", http=through_proxy("http://wechat.invalid"))
    assert wechat.call("POST", SEND, params={"access_token": "t"}, body={"touser": "甲"}) == {"errcode": 0}
    ((request, _),) = httpserver.log
    assert request.headers["Host"] == "wechat.invalid"
    assert request.headers["Proxy-Authorization"].startswith("Basic ")
    assert (request.args["access_token"], request.get_json()) == ("t", {"touser": "甲"})
    monkeypatch.setenv("no_proxy", "wechat.invalid")
    assert not isinstance(through_proxy("http://wechat.invalid"), ProxyManager)


@pytest.mark.sqlite_only
def test_without_a_token_nothing_was_asked(httpserver: HTTPServer, engine: Engine) -> None:
    httpserver.expect_request(TOKEN).respond_with_data("<html>", status=502)
    client = client_of(engine, _transport(httpserver.url_for("")), "wx1", SECRET)
    assert not _failure(client).maybe_done


def test_many_senders_of_enterprise_wechat_fetch_one_token(httpserver: HTTPServer, engine: Engine) -> None:
    asked: list[str] = []

    def give(request: Request) -> Response:
        asked.append(request.args["corpsecret"])
        return Response(json.dumps({"errcode": 0, "access_token": "t", "expires_in": 7200}))

    httpserver.expect_request(WORK_TOKEN).respond_with_handler(give)
    httpserver.expect_request(WORK_SEND).respond_with_json({"errcode": 0, "invaliduser": ""})
    transports = [_transport(httpserver.url_for("")) for _ in range(8)]
    clients = [WorkClient(engine, each, corp_id="ww1", secret=SECRET, agent_id=7) for each in transports]
    assert set(at_once(*(partial(client.send, WORK_SEND, {"touser": "u"}) for client in clients))) == {SendResult(0)}
    assert asked == [SECRET]


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ({"invaliduser": "u"}, SendResult(81013)),
        ({"unlicenseduser": "u"}, SendResult(81013)),
        ({"invaliduser": "", "unlicenseduser": "u", "msgid": "m"}, SendResult(81013)),
        ({"invaliduser": "u|v", "unlicenseduser": ""}, SendResult(81013)),
        ({"invaliduser": "", "unlicenseduser": "", "msgid": "m"}, SendResult(0, "m")),
        ({"invalidparty": "1", "invalidtag": "2", "msgid": "m"}, SendResult(0, "m")),
        ({"invaliduser": None, "msgid": ""}, SendResult(0)),
        ({"errcode": 60020, "unlicenseduser": "u"}, SendResult(60020)),
    ],
)
def test_whom_enterprise_wechat_leaves_out_is_no_success(
    httpserver: HTTPServer, engine: Engine, answer: dict[str, object], result: SendResult
) -> None:
    httpserver.expect_request(WORK_TOKEN).respond_with_json({"errcode": 0, "access_token": "t", "expires_in": 7200})
    httpserver.expect_request(WORK_SEND).respond_with_json({"errcode": 0, **answer})
    client = WorkClient(engine, _transport(httpserver.url_for("")), corp_id="ww1", secret=SECRET, agent_id=7)
    assert client.send(WORK_SEND, {"touser": "u"}) == result


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (200228332, "200228332"),
        (3248682510344192008, "3248682510344192008"),
        ("mrVtVXE39it1", "mrVtVXE39it1"),
        ("x" * 300, "x" * 128),
        (None, None),
        (0, None),
        ("", None),
        (True, None),
        (1.5, None),
        ([1], None),
    ],
)
def test_the_id_of_a_message_is_kept_where_there_is_one(given: object, kept: str | None) -> None:
    assert send_result({"errcode": 0, "msgid": given}) == SendResult(0, kept)


@pytest.mark.sqlite_only
def test_a_token_that_stays_refused_is_fetched_once_more_and_no_oftener(httpserver: HTTPServer, engine: Engine) -> None:
    httpserver.expect_request(WORK_TOKEN).respond_with_json({"errcode": 0, "access_token": "t", "expires_in": 7200})
    httpserver.expect_request(WORK_SEND).respond_with_json({"errcode": 42001})
    client = WorkClient(engine, _transport(httpserver.url_for("")), corp_id="ww1", secret=SECRET, agent_id=7)
    assert client.send(WORK_SEND, {"touser": "u"}).errcode == 42001
    paths = [request.path for request, _ in httpserver.log]
    assert paths.count(WORK_SEND) == 2
    assert paths.count(WORK_TOKEN) <= 3
