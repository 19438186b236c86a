"""Signing pages for WeChat's own browser: by the published example, with one ticket for all, kept to ourselves."""

import logging
from functools import partial

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import Engine
from werkzeug import Request, Response

from server.wechat.errors import WechatError
from server.wechat.js_sdk import TICKET_PATH, JsSdk, signature_of
from server.wechat.transport import Transport
from tests.at_once import at_once

SECRET = "a-secret-nobody-may-see"
TICKET = "a-ticket-nobody-may-see"
TOKEN_PATH = "/cgi-bin/stable_token"
PAGE = "https://points.example.edu.cn/m/pages/check-in/check-in"


def signer(httpserver: HTTPServer, engine: Engine) -> JsSdk:
    transport = Transport(lambda: httpserver.url_for("").rstrip("/"), timeout_seconds=5)
    return JsSdk(engine, transport, app_id="wx-official", secret=SECRET)


def give_tokens(httpserver: HTTPServer, *tokens: str) -> None:
    for token in tokens:
        answer = {"access_token": token, "expires_in": 7200}
        httpserver.expect_ordered_request(TOKEN_PATH).respond_with_json(answer)


@pytest.mark.sqlite_only
def test_a_signature_is_that_of_wechats_own_example() -> None:
    ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
    page = "http://mp.weixin.qq.com?params=value"
    signature = signature_of(ticket, page, nonce="Wm3WZYTPz0wzccnW", timestamp=1414587457)
    assert signature == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


def test_many_workers_sign_with_one_ticket_that_was_fetched_once(httpserver: HTTPServer, engine: Engine) -> None:
    asked: list[str] = []

    def give(request: Request) -> Response:
        asked.append(request.args["type"])
        return Response(f'{{"errcode": 0, "ticket": "{TICKET}", "expires_in": 7200}}')

    httpserver.expect_request(TOKEN_PATH).respond_with_json({"access_token": "t", "expires_in": 7200})
    httpserver.expect_request(TICKET_PATH).respond_with_handler(give)
    workers = [signer(httpserver, engine) for _ in range(8)]
    signed = at_once(*(partial(worker.sign, PAGE, nonce="n", timestamp=1) for worker in workers))
    assert {each.signature for each in signed} == {signature_of(TICKET, PAGE, nonce="n", timestamp=1)}
    assert asked == ["jsapi"]


@pytest.mark.sqlite_only
def test_a_refused_token_is_renewed_and_the_ticket_asked_for_once_more(httpserver: HTTPServer, engine: Engine) -> None:
    give_tokens(httpserver, "old")
    httpserver.expect_ordered_request(TICKET_PATH).respond_with_json({"errcode": 40001, "errmsg": "invalid"})
    give_tokens(httpserver, "new")
    answer = {"errcode": 0, "ticket": TICKET, "expires_in": 7200}
    httpserver.expect_ordered_request(TICKET_PATH).respond_with_json(answer)
    signed = signer(httpserver, engine).sign(PAGE, nonce="n", timestamp=1)
    assert (signed.app_id, signed.signature) == ("wx-official", signature_of(TICKET, PAGE, nonce="n", timestamp=1))


@pytest.mark.sqlite_only
@pytest.mark.parametrize("answer", ['{"errcode": 0}', '{"errcode": 0, "ticket": "", "expires_in": 7200}', "<html>"])
def test_an_answer_without_a_ticket_is_a_refusal(httpserver: HTTPServer, engine: Engine, answer: str) -> None:
    httpserver.expect_request(TOKEN_PATH).respond_with_json({"access_token": "t", "expires_in": 7200})
    httpserver.expect_request(TICKET_PATH).respond_with_data(answer)
    with pytest.raises(WechatError):
        signer(httpserver, engine).sign(PAGE, nonce="n", timestamp=1)


@pytest.mark.sqlite_only
def test_neither_ticket_nor_secret_is_logged(
    httpserver: HTTPServer, engine: Engine, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    httpserver.expect_request(TOKEN_PATH).respond_with_json({"access_token": "t", "expires_in": 7200})
    httpserver.expect_oneshot_request(TICKET_PATH).respond_with_json(
        {"errcode": 0, "ticket": TICKET, "expires_in": 7200}
    )
    signer(httpserver, engine).sign(PAGE, nonce="n", timestamp=1)
    said = caplog.text + "".join(capsys.readouterr())
    assert TICKET not in said
    assert SECRET not in said
