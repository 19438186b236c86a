"""What WeChat posts about messages of ours: read as it writes it, kept once, and nothing is said to it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
import time_machine
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.messages import ChatChannel as Chat
from bot.receive.accounts import mini_program_envelope
from bot.receive.models import Delivery
from bot.receive.parsing import parsed
from bot.receive.reports import EventReport, told_by_mini_program, told_by_official
from server import clock
from server.app import create_app
from server.config import Settings
from server.pushes import quotas
from server.pushes.models import Receipt
from server.pushes.receipts import Report
from server.pushes.rules import Channel, ReceiptKind
from server.wechat.envelope import as_xml
from server.wechat.sandbox.courier import Post, sealed
from tests.bot.callbacks import Writer, writer_of
from tests.cast import NOW, Cast, Person

HEAD = (
    "<ToUserName><![CDATA[gh_7f083739789a]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
    "<CreateTime>1395658920</CreateTime><MsgType><![CDATA[event]]></MsgType>"
)


def _finished(status: str, message_id: str = "200163836", openid: str = "o1") -> str:
    """TEMPLATESENDJOBFINISH as WeChat documents it."""
    return (
        f"<xml>{HEAD.format(openid=openid)}<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event>"
        f"<MsgID>{message_id}</MsgID><Status><![CDATA[{status}]]></Status></xml>"
    )


def _subscribed(event: str, outer: str, *entries: str, openid: str = "o1") -> str:
    lists = "".join(f"<List>{entry}</List>" for entry in entries)
    return f"<xml>{HEAD.format(openid=openid)}<Event><![CDATA[{event}]]></Event><{outer}>{lists}</{outer}></xml>"


def _sent(message_id: str, code: str, status: str = "success", template: str = "sandbox-score") -> str:
    return (
        f"<TemplateId><![CDATA[{template}]]></TemplateId><MsgID>{message_id}</MsgID><ErrorCode>{code}</ErrorCode>"
        f"<ErrorStatus><![CDATA[{status}]]></ErrorStatus>"
    )


def _changed(template: str, status: str = "reject") -> str:
    return (
        f"<TemplateId><![CDATA[{template}]]></TemplateId>"
        f"<SubscribeStatusString><![CDATA[{status}]]></SubscribeStatusString>"
    )


def _by_official(xml: str) -> EventReport:
    fields, _, event = parsed(as_xml(xml.encode()), Chat.official)
    return told_by_official(fields, event)


def _by_mini_program(xml: str) -> EventReport:
    fields, _, event = parsed(as_xml(xml.encode()), Chat.official)
    return told_by_mini_program(fields, event)


class TestRead:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            ("success", ReceiptKind.delivered),
            ("failed:user block", ReceiptKind.blocked),
            ("failed: system failed", ReceiptKind.failed),
            ("failed:system failed", ReceiptKind.failed),
            ("failed: user block", ReceiptKind.blocked),
            ("failed:freq limit", ReceiptKind.failed),
            ("FAILED", ReceiptKind.failed),
        ],
    )
    def test_a_template_message(self, status: str, kind: ReceiptKind) -> None:
        assert _by_official(_finished(status)).reports == [Report(Channel.official, "200163836", kind)]

    @pytest.mark.parametrize(
        "xml",
        [
            _finished("something new"),
            _finished(""),
            _finished("success", ""),
            _finished("success", "9" * 129),
            _finished("success").replace("TEMPLATESENDJOBFINISH", "MASSSENDJOBFINISH"),
            _subscribed("subscribe_msg_sent_event", "SubscribeMsgSentEvent", _sent("1", "0")),
        ],
    )
    def test_what_says_nothing_of_a_template_message(self, xml: str) -> None:
        assert not _by_official(xml)

    def test_subscription_messages_one_or_several(self) -> None:
        one = _sent("1700827132819554304", "0")
        two = _sent("1700827132819554305", "-1", "system error")
        name, outer = "subscribe_msg_sent_event", "SubscribeMsgSentEvent"
        assert _by_mini_program(_subscribed(name, outer, one)).reports == [
            Report(Channel.subscription, "1700827132819554304", ReceiptKind.delivered, 0)
        ]
        assert [each.kind for each in _by_mini_program(_subscribed(name, outer, one, two)).reports] == [
            ReceiptKind.delivered,
            ReceiptKind.failed,
        ]

    @pytest.mark.parametrize("entry", [_sent("", "0"), _sent("1", ""), _sent("1", "x"), _sent("1", "9" * 12), "", "x"])
    def test_half_a_report_is_none(self, entry: str) -> None:
        assert not _by_mini_program(_subscribed("subscribe_msg_sent_event", "SubscribeMsgSentEvent", entry))

    @pytest.mark.parametrize(
        ("entries", "withdrawn"),
        [
            ([_changed("sandbox-score")], ["sandbox-score"]),
            ([_changed("sandbox-score"), _changed("sandbox-claim")], ["sandbox-score", "sandbox-claim"]),
            ([_changed("sandbox-score", "accept")], []),
            ([_changed("sandbox-score", "REJECT"), _changed("sandbox-claim", "")], ["sandbox-score"]),
            ([], []),
        ],
    )
    def test_a_consent_taken_back(self, entries: Sequence[str], withdrawn: Sequence[str]) -> None:
        told = _by_mini_program(_subscribed("subscribe_msg_change_event", "SubscribeMsgChangeEvent", *entries))
        assert told.withdrawn == withdrawn

    @pytest.mark.parametrize("status", ["accept", "reject"])
    def test_an_answer_to_the_question_is_counted_by_the_app(self, status: str) -> None:
        entry = _changed("sandbox-score", status) + "<PopupScene>0</PopupScene>"
        assert not _by_mini_program(_subscribed("subscribe_msg_popup_event", "SubscribeMsgPopupEvent", entry))


def _receipts(engine: Engine) -> list[tuple[str, str, str]]:
    with Session(engine) as session:
        rows = session.scalars(select(Receipt).order_by(Receipt.channel, Receipt.message_id))
        return [(str(row.channel), row.message_id, str(row.kind)) for row in rows]


class TestTaken:
    @pytest.fixture
    def official(self, app: OpenAPI, cast: Cast) -> Writer:
        return writer_of(app, cast.zhang_min)

    def _post(self, official: Writer, xml: str) -> str:
        return official.words(official.post(sealed(official.envelope, xml, now=clock.now())))

    def _tell(self, app: OpenAPI, xml: str, envelope_app: str | None = None) -> tuple[int, bytes]:
        answer = app.test_client().post(
            "/wechat/mini-program",
            **dict(zip(("query_string", "data"), self._sealed(app, xml, envelope_app), strict=True)),
        )
        return answer.status_code, answer.get_data()

    def _sealed(self, app: OpenAPI, xml: str, envelope_app: str | None) -> Post:
        envelope = mini_program_envelope(app.extensions["settings"])
        assert envelope is not None
        return sealed(replace(envelope, app_id=envelope_app or envelope.app_id), xml, now=clock.now())

    def test_a_report_is_kept_once_and_the_first_word_counts(self, official: Writer, engine: Engine) -> None:
        for status in ("failed:user block", "failed:user block", "success"):
            assert self._post(official, _finished(status)) == ""
        assert self._post(official, _finished("success", "7")) == ""
        assert _receipts(engine) == [("official", "200163836", "blocked"), ("official", "7", "delivered")]
        with Session(engine) as session:
            assert session.scalars(select(Delivery)).all() == []

    def test_the_same_id_of_another_account_is_another_message(
        self, app: OpenAPI, official: Writer, engine: Engine
    ) -> None:
        self._post(official, _finished("success", "7"))
        sent = _subscribed("subscribe_msg_sent_event", "SubscribeMsgSentEvent", _sent("7", "-1"), _sent("8", "0"))
        assert self._tell(app, sent) == (200, b"")
        assert _receipts(engine) == [
            ("official", "7", "delivered"),
            ("subscription", "7", "failed"),
            ("subscription", "8", "delivered"),
        ]

    def test_an_event_sealed_for_another_app_is_not_taken(self, app: OpenAPI, engine: Engine) -> None:
        sent = _subscribed("subscribe_msg_sent_event", "SubscribeMsgSentEvent", _sent("7", "0"))
        assert self._tell(app, sent, "wx-other") == (200, b"")
        assert _receipts(engine) == []

    @pytest.mark.parametrize(
        "xml", ["", "{}", "<xml/>", "<xml><MsgType>event</MsgType></xml>", "<xml><MsgType>text</MsgType></xml>"]
    )
    def test_nonsense_gets_nothing(self, app: OpenAPI, engine: Engine, xml: str) -> None:
        assert self._tell(app, xml) == (200, b"")
        assert _receipts(engine) == []

    def test_nobody_talks_to_the_mini_program_here(self, app: OpenAPI, cast: Cast, engine: Engine) -> None:
        xml = f"<xml>{HEAD.format(openid='o').replace('event', 'text')}<Content>通过</Content><MsgId>1</MsgId></xml>"
        assert self._tell(app, xml) == (200, b"")
        with Session(engine) as session:
            assert session.scalars(select(Delivery)).all() == []

    @pytest.mark.parametrize(("template", "left"), [("sandbox-score", 0), ("sandbox-claim", 3), ("none-of-ours", 3)])
    def test_a_template_turned_off_leaves_no_consent(
        self, app: OpenAPI, cast: Cast, engine: Engine, template: str, left: int
    ) -> None:
        _agree(engine, cast.zhang_min, 3)
        for _ in range(2):
            name, outer = "subscribe_msg_change_event", "SubscribeMsgChangeEvent"
            assert self._tell(app, _subscribed(name, outer, _changed(template), openid="zhang_min")) == (200, b"")
        assert _balance(engine, cast.zhang_min) == left

    def test_the_answer_to_the_question_counts_no_second_time(self, app: OpenAPI, cast: Cast, engine: Engine) -> None:
        _agree(engine, cast.zhang_min, 1)
        entry = _changed("sandbox-score", "accept")
        name, outer = "subscribe_msg_popup_event", "SubscribeMsgPopupEvent"
        assert self._tell(app, _subscribed(name, outer, entry, openid="zhang_min")) == (200, b"")
        assert _balance(engine, cast.zhang_min) == 1

    def test_in_plain_text_a_signature_is_good_for_one_report(self, settings: Settings, engine: Engine) -> None:
        real = replace(settings, wechat_app_id="wx1", wechat_secret="s", wechat_token="token")
        client = create_app(real, engine).test_client()
        envelope = mini_program_envelope(real)
        assert envelope is not None
        with time_machine.travel(NOW):
            posts = [
                sealed(
                    envelope,
                    _subscribed("subscribe_msg_sent_event", "SubscribeMsgSentEvent", _sent(number, "0")),
                    now=NOW,
                )
                for number in "12"
            ]
            query, (one, other) = posts[0][0], (body for _, body in posts)
            answers = [client.post("/wechat/mini-program", query_string=query, data=body) for body in (one, one, other)]
        assert [answer.status_code for answer in answers] == [200, 200, 403]
        assert _receipts(engine) == [("subscription", "1", "delivered")]

    @pytest.mark.sqlite_only
    def test_without_a_token_there_is_no_such_address(self, settings: Settings, engine: Engine) -> None:
        real = replace(settings, wechat_app_id="wx1", wechat_secret="s")
        assert create_app(real, engine).test_client().post("/wechat/mini-program").status_code == 404


def _agree(engine: Engine, person: Person, times: int) -> None:
    with Session(engine) as session:
        for _ in range(times):
            quotas.accept(session, identity_id=person.actor.identity_id, templates=["score"], now=NOW)
        session.commit()


def _balance(engine: Engine, person: Person) -> int:
    identity_id = person.actor.identity_id
    with Session(engine) as session:
        return quotas.balances(session, [identity_id])[identity_id, "score"]
