"""The callbacks: who is not let in, and the account whose messages come in plain text."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server import clock
from server.app import create_app
from server.config import Settings
from server.identity.models import WechatIdentity
from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.courier import post_of, sealed
from tests.bot.callbacks import Writer
from tests.bot.hearing import Ear
from tests.cast import NOW, Cast


class TestNothing:
    """What gets no answer, and never an error of ours."""

    @pytest.mark.parametrize(
        "break_it",
        [
            lambda query: query | {"msg_signature": "0" * 40},
            lambda query: query | {"nonce": "other"},
            lambda query: {name: value for name, value in query.items() if name != "msg_signature"},
            lambda query: query | {"timestamp": "yesterday"},
            lambda query: query | {"timestamp": "99999999999"},
            lambda query: {},
        ],
    )
    def test_a_wrong_signature(
        self, zhang_min: Writer, ear: Ear, break_it: Callable[[dict[str, str]], dict[str, str]]
    ) -> None:
        query, body = zhang_min.sealed("我的积分")
        answer = zhang_min.post((break_it(query), body))
        assert (answer.status_code, answer.get_data()) == (403, b"")
        assert ear.heard == []

    @pytest.mark.parametrize("minutes", [-6, 6])
    def test_an_old_time_or_one_to_come(self, zhang_min: Writer, ear: Ear, minutes: int) -> None:
        said = zhang_min.sealed("我的积分", at=clock.now() + timedelta(minutes=minutes))
        assert zhang_min.post(said).status_code == 403
        assert ear.heard == []

    def test_another_accounts_seal(self, zhang_min: Writer, ear: Ear) -> None:
        stranger = replace(zhang_min.envelope, app_id="wx-other")
        xml = post_of(
            App.official, zhang_min.openid, {"MsgType": "text", "Content": "x", "MsgId": "1"}, now=clock.now()
        )
        answer = zhang_min.post(sealed(stranger, xml, now=clock.now()))
        assert (answer.status_code, answer.get_data()) == (200, b"")
        assert ear.heard == []

    def test_plain_text_where_a_seal_is_agreed(self, zhang_min: Writer, ear: Ear) -> None:
        plain = replace(zhang_min.envelope, aes_key="")
        xml = post_of(
            App.official, zhang_min.openid, {"MsgType": "text", "Content": "x", "MsgId": "1"}, now=clock.now()
        )
        assert zhang_min.post(sealed(plain, xml, now=clock.now())).status_code == 403
        assert ear.heard == []

    @pytest.mark.parametrize(
        "xml",
        [
            "",
            "<xml></xml>",
            "<xml/>",
            "<xml>text</xml>",
            "<html></html>",
            "<xml><MsgType>text</MsgType>",
            "not xml at all",
            "<xml><MsgType>event</MsgType></xml>",
            "<xml><MsgType>text</MsgType><MsgType>text</MsgType></xml>",
            "<xml><MsgType><a>text</a></MsgType></xml>",
            "<xml><MsgType>text</MsgType><Content>x</Content><MsgId>1</MsgId></xml>",
            "<xml><MsgType>event</MsgType><Event>CLICK</Event><FromUserName>o</FromUserName></xml>",
            '<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><MsgType>text</MsgType><Content>&a;</Content></xml>',
            "<a>" * 9000,
            "<xml>" + "<a>" * 3000 + "</a>" * 3000 + "</xml>",
            "\x00",
            f"<xml><FromUserName>{'o' * 65}</FromUserName><MsgType>text</MsgType><MsgId>1</MsgId></xml>",
        ],
    )
    def test_signed_nonsense(self, zhang_min: Writer, ear: Ear, xml: str) -> None:
        answer = zhang_min.post(sealed(zhang_min.envelope, xml, now=clock.now()))
        assert (answer.status_code, answer.get_data()) == (200, b"")
        assert ear.heard == []

    @pytest.mark.parametrize(
        "body", [b"", b"\xff\xfe", b"<xml>", b"{}", b"<xml><Encrypt>AAAA</Encrypt></xml>", b"x" * 70_000]
    )
    def test_unsigned_nonsense(self, zhang_min: Writer, ear: Ear, body: bytes) -> None:
        query, _ = zhang_min.sealed("x")
        answer = zhang_min.post((query, body))
        assert (answer.status_code, answer.get_data()) == (403, b"")

    def test_a_sealed_scrap(self, zhang_min: Writer) -> None:
        envelope, now = zhang_min.envelope, clock.now()
        timestamp = str(int(now.timestamp()))
        for scrap in ("AAAA", "!!!!", "A" * 64, ""):
            query = {"timestamp": timestamp, "nonce": "1", "msg_signature": envelope.signed(timestamp, "1", scrap)}
            answer = zhang_min.post((query, f"<xml><Encrypt>{scrap}</Encrypt></xml>".encode()))
            assert answer.status_code in (200, 403)
            assert answer.get_data() == b""

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
    def test_another_verb(self, app: OpenAPI, method: str) -> None:
        assert app.test_client().open("/wechat/official", method=method).status_code == 405

    @pytest.mark.sqlite_only
    def test_an_account_without_a_token_takes_nothing(self, settings: Settings, engine: Engine) -> None:
        real = replace(settings, wechat_app_id="wx1", wechat_secret="s", official_app_id="wx2", official_secret="s")
        client = create_app(real, engine).test_client()
        assert [client.post(f"/wechat/{account}").status_code for account in ("official", "work", "other")] == [404] * 3


class TestPlainText:
    """An account in 明文模式: the signature does not cover the body."""

    @pytest.fixture
    def plain(self, settings: Settings, engine: Engine, cast: Cast, ear: Ear) -> Writer:
        real = replace(
            settings,
            wechat_app_id="wx1",
            wechat_secret="s",
            official_app_id="wx2",
            official_secret="s",
            official_token="token",
            wechat_base_url="http://127.0.0.1:9",
        )
        app = create_app(real, engine)
        with Session(engine) as session:
            session.add(WechatIdentity(app_id="wx2", openid="o1", account_id=cast.zhang_min.account_id, created_at=NOW))
            session.commit()
        return Writer(app, "o1")

    def test_is_answered_in_plain_text(self, plain: Writer) -> None:
        with time_machine.travel(NOW):
            said = plain.sealed("我的积分")
            answer = plain.post(said)
            assert "<Content><![CDATA[好的]]></Content>" in answer.get_data(as_text=True)

    def test_a_signature_is_good_for_one_message(self, plain: Writer, ear: Ear) -> None:
        with time_machine.travel(NOW):
            query, body = plain.sealed("我的积分")
            assert plain.post((query, body)).status_code == 200
            _, other = plain.sealed("通过")
            assert plain.post((query, other)).status_code == 403
        assert [heard.text for heard in ear.heard] == ["我的积分"]
