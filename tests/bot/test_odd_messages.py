"""What people's keyboards and WeChat send beside words: all of it is read, and none of it is taken for an order."""

from datetime import timedelta

import pytest
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from bot.conversation import OTHER_KINDS, UNHEARD
from bot.dialogue import DialogueRow
from bot.messages import ChatChannel, Kind
from bot.receive.emoticons import kind_of_text
from bot.receive.models import Delivery
from bot.receive.parsing import heard_in
from server import clock
from server.identity.models import BindingAttempt
from server.wechat.envelope import UnreadablePost, as_xml
from server.wechat.sandbox.courier import sealed
from tests.bot.callbacks import Writer, writer_of
from tests.cast import NOW, Cast
from tests.waiting import LONG

HEAD = "<ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>1700000000</CreateTime>"


def _raw(inner: str) -> str:
    return f"<xml>{HEAD}{inner}</xml>"


def _text(content: str) -> bytes:
    return _raw(f"<MsgType>text</MsgType><Content>{content}</Content><MsgId>1</MsgId>").encode("utf-8", "surrogatepass")


class TestControlCharacters:
    @pytest.mark.parametrize(
        ("content", "heard"),
        [
            ("<![CDATA[请\x08假]]>", "请假"),
            ("<![CDATA[\x00请假\x1f]]>", "请假"),
            ("<![CDATA[请假\ufffe\uffff]]>", "请假"),
            ("请&#8;假&#x1F;", "请假"),
            ("请&#0;&#xFFFE;&#x110000;&#xD83D;假", "请假"),
            ("<![CDATA[请&#8;假]]>", "请&#8;假"),
            ("<![CDATA[一\n二\t三]]>", "一\n二\t三"),
            ("&#x1F339;&#9;花", "🌹\t花"),
            ("<![CDATA[请假\x0b\x0c\x7f\x85]]>", "请假"),
            ("<![CDATA[<!DOCTYPE html> <!ENTITY x>]]>", "<!DOCTYPE html> <!ENTITY x>"),
            ("<![CDATA[一<![CDATA[二]]>", "一<![CDATA[二"),
        ],
    )
    def test_what_xml_has_no_place_for_is_left_out(self, content: str, heard: str) -> None:
        found = heard_in(as_xml(_text(content)), channel=ChatChannel.official, app_id="wx", now=NOW)
        assert found is not None
        assert found.incoming.text == heard

    @pytest.mark.parametrize("half", [b"\xf0\x9f\x8c", b"\xed\xa0\xbd", b"\xff", b"\xc3"])
    def test_half_a_character_costs_no_more_than_itself(self, half: bytes) -> None:
        raw = _text("<![CDATA[请假HERE]]>").replace(b"HERE", half)
        found = heard_in(as_xml(raw), channel=ChatChannel.official, app_id="wx", now=NOW)
        assert found is not None
        assert found.incoming.text.rstrip("\ufffd") == "请假"

    @pytest.mark.parametrize("xml", ["<!DOCTYPE x><xml/>", "<xml><![CDATA[a]]><!ENTITY b></xml>", "x" * 70_000])
    def test_what_is_no_message_stays_none(self, xml: str) -> None:
        with pytest.raises(UnreadablePost):
            as_xml(xml.encode())

    @pytest.mark.parametrize("channel", [ChatChannel.official, ChatChannel.work])
    def test_under_seal_they_are_heard_and_answered(self, app: OpenAPI, cast: Cast, channel: ChatChannel) -> None:
        writer = writer_of(app, cast.zhang_min, channel)
        plainly = writer.write("我多少分了")
        inner = f"<FromUserName>{writer.openid}</FromUserName><ToUserName>gh</ToUserName><MsgId>9</MsgId>"
        xml = f"<xml>{inner}<MsgType>text</MsgType><Content><![CDATA[我多\x08少分\x00了]]></Content></xml>"
        assert writer.words(writer.post(sealed(writer.envelope, xml, now=clock.now()))) == plainly


STICKERS = ["/:rose", "/::)", "/:,@-D/:rose", "[微笑]", "[强][强]", "[OK]", "[Sticker]", "[好的] /:ok", "[动画表情]"]
NOT_PASSED_ON = [
    "【收到不支持的消息类型，暂无法显示】",
    "[收到不支持的消息类型,暂无法显示]",
    "[图片]",
    "[语音]",
    "【聊天记录】",
]
WORDS = ["请假", "[请假]", "【申报】参加志愿服务", "/: 请假", "请假/:rose", "1", "是", "通过[疑问]", "好的", "", " "]


class TestStickersAsText:
    @pytest.mark.parametrize("text", STICKERS)
    def test_are_stickers(self, zhang_min: Writer, text: str) -> None:
        assert zhang_min.write(text) == OTHER_KINDS[Kind.sticker]

    @pytest.mark.parametrize("text", NOT_PASSED_ON)
    def test_what_wechat_keeps_back_is_said_to_be(self, zhang_min: Writer, text: str) -> None:
        assert zhang_min.write(text) == OTHER_KINDS[Kind.unsupported]

    @pytest.mark.parametrize("text", WORDS)
    def test_words_are_words(self, text: str) -> None:
        assert kind_of_text(text) is Kind.text

    def test_a_long_row_of_them_is_read_at_once(self) -> None:
        assert kind_of_text("/:a[OK]" * 500 + "请") is Kind.text

    @pytest.mark.parametrize("text", ["[OK]", "[强]", "/:ok", "[好的]", "【收到不支持的消息类型，暂无法显示】"])
    def test_none_is_a_yes(self, zhang_min: Writer, engine: Engine, text: str) -> None:
        zhang_min.write("昨天去社区做志愿服务，帮老人打扫卫生")
        before = _dialogue(engine)
        zhang_min.write(text)
        assert _dialogue(engine) == before


def _dialogue(engine: Engine) -> tuple[object, ...]:
    with Session(engine) as session:
        row = session.scalars(select(DialogueRow)).one()
        return row.flow, row.data, row.pending


KINDS = {
    "voice": {"MsgType": "voice", "MediaId": "v", "Format": "amr", "Recognition": ""},
    "shortvideo": {"MsgType": "shortvideo", "MediaId": "v", "ThumbMediaId": "t"},
    "location": {"MsgType": "location", "Location_X": "1", "Location_Y": "1", "Scale": "1", "Label": "张三 20150012"},
    "link": {"MsgType": "link", "Title": "通过", "Description": "", "Url": "http://x.invalid"},
    "file": {"MsgType": "file", "Title": "证明.pdf", "FileKey": "k"},
    "miniprogrampage": {"MsgType": "miniprogrampage", "Title": "签到", "PagePath": "p", "ThumbUrl": "", "AppId": "wx"},
    "unheard of": {"MsgType": "hologram", "Content": "通过"},
    "sticker": {"MsgType": "text", "Content": "/:rose"},
    "kept back": {"MsgType": "text", "Content": "【收到不支持的消息类型，暂无法显示】"},
}
ANSWERED = {
    "voice": UNHEARD,
    "shortvideo": OTHER_KINDS[Kind.video],
    "location": OTHER_KINDS[Kind.location],
    "link": OTHER_KINDS[Kind.link],
    "file": OTHER_KINDS[Kind.unsupported],
    "miniprogrampage": OTHER_KINDS[Kind.link],
    "unheard of": OTHER_KINDS[Kind.unsupported],
    "sticker": OTHER_KINDS[Kind.sticker],
    "kept back": OTHER_KINDS[Kind.unsupported],
}


class TestOtherKinds:
    @pytest.mark.parametrize("kind", KINDS)
    def test_each_gets_an_answer_that_fits(self, zhang_min: Writer, kind: str) -> None:
        assert zhang_min.send(**KINDS[kind], MsgId="7") == ANSWERED[kind]

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_stranger_is_told_how_to_bind_and_has_not_tried_to(self, app: OpenAPI, engine: Engine, kind: str) -> None:
        stranger = Writer(app, "of_nobody")
        app.extensions["bot_responder"].answer_seconds = LONG
        assert "先绑定身份" in stranger.send(**KINDS[kind], MsgId="7")
        assert _dialogue(engine) == ("bind", {}, None)
        with Session(engine) as session:
            assert session.scalar(select(func.count()).select_from(BindingAttempt)) == 0

    @pytest.mark.parametrize("fields", [{"MsgType": "hologram"}, {"MsgType": "device_text", "Content": "x"}])
    def test_what_no_person_sent_gets_no_answer(
        self, zhang_min: Writer, engine: Engine, fields: dict[str, str]
    ) -> None:
        assert zhang_min.send(**fields) == ""
        with Session(engine) as session:
            assert session.scalars(select(Delivery)).all() == []


class TestTaps:
    """An event has no id: it is who did what, with what, when."""

    def _click(self, zhang_min: Writer, engine: Engine, *taps: dict[str, str]) -> int:
        at = clock.now()
        for tap in taps:
            zhang_min.send(at, MsgType="event", **tap)
        with Session(engine) as session:
            return len(session.scalars(select(Delivery)).all())

    @pytest.mark.parametrize(
        ("one", "other", "messages"),
        [
            ({"Event": "CLICK", "EventKey": "score"}, {"Event": "CLICK", "EventKey": "meetings"}, 2),
            ({"Event": "CLICK", "EventKey": "score"}, {"Event": "CLICK", "EventKey": "score"}, 1),
            ({"Event": "CLICK", "EventKey": "score"}, {"Event": "CLICK", "EventKey": "Score"}, 2),
            ({"Event": "SCAN", "EventKey": "c:7"}, {"Event": "SCAN", "EventKey": "c:8"}, 2),
            ({"Event": "SCAN", "EventKey": "c:7"}, {"Event": "CLICK", "EventKey": "c:7"}, 2),
            ({"Event": "CLICK", "EventKey": "k" * 127 + "1"}, {"Event": "CLICK", "EventKey": "k" * 127 + "2"}, 2),
            (
                {"Event": "scancode_waitmsg", "EventKey": "scan", "ScanCodeInfo.ScanResult": "http://x/c/7"},
                {"Event": "scancode_waitmsg", "EventKey": "scan", "ScanCodeInfo.ScanResult": "http://x/c/8"},
                2,
            ),
            ({"Event": "CLICK", "EventKey": ""}, {"Event": "CLICK", "EventKey": ""}, 1),
        ],
    )
    def test_two_within_a_second(
        self, zhang_min: Writer, engine: Engine, one: dict[str, str], other: dict[str, str], messages: int
    ) -> None:
        assert self._click(zhang_min, engine, one, other) == messages

    def test_the_same_a_second_later_is_another(self, zhang_min: Writer, engine: Engine) -> None:
        at = clock.now()
        for seconds in (0, 1):
            zhang_min.send(at + timedelta(seconds=seconds), MsgType="event", Event="CLICK", EventKey="score")
        with Session(engine) as session:
            assert len({row.key for row in session.scalars(select(Delivery))}) == 2

    def test_a_long_openid_leaves_room_for_what_was_tapped(self) -> None:
        keys = set()
        for key in ("score", "meetings"):
            inner = f"<MsgType>event</MsgType><Event>CLICK</Event><EventKey>{key}</EventKey>"
            xml = _raw(inner).replace("o1", "o" * 64)
            found = heard_in(xml, channel=ChatChannel.official, app_id="wx", now=NOW)
            assert found is not None
            keys.add(found.incoming.key)
            assert len(found.incoming.key) <= 128
        assert len(keys) == 2
