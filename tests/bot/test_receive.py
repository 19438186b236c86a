"""The callbacks: who is let in, answered once however often it comes, in time or followed up, and what gets nothing."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot import answering
from bot.dialogue import DialogueRow
from bot.messages import Channel, Incoming, Kind, Reply
from bot.receive import rules, upkeep
from bot.receive.desk import Desk
from bot.receive.models import Delivery, FollowUp, Signature
from server import clock
from server.app import create_app
from server.config import Settings
from server.identity.models import WechatIdentity
from server.wechat.envelope import Envelope
from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.courier import post_of, sealed
from server.wechat.sandbox.faults import Call, Fault
from server.wechat.sandbox.sign_in import unionid_of
from tests.bot.callbacks import PATIENCE_SECONDS, Writer, writer_of
from tests.cast import NOW, Cast
from tests.pictures import jpeg

TEXT = {"MsgType": "text", "Content": "x", "MsgId": "1"}


class Ear:
    """Stands in for the conversation: hears, waits if it is told to, and says what it is told to."""

    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.says: Sequence[str] = ("好的",)
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.hook: Callable[[Session], None] = lambda session: None

    def answer(self, session: Session, *, settings: Settings, incoming: Incoming, now: datetime) -> tuple[Reply, ...]:
        self.may_go_on.wait(10)
        self.heard.append(incoming)
        self.hook(session)
        return tuple(Reply(text) for text in self.says)


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> Ear:
    ear = Ear()
    monkeypatch.setattr(answering, "answer", ear.answer)
    return ear


@pytest.fixture
def desk(app: OpenAPI) -> Desk:
    desk: Desk = app.extensions["bot_desk"]
    return desk


@pytest.fixture
def zhang_min(app: OpenAPI, cast: Cast) -> Writer:
    return writer_of(app, cast.zhang_min)


def _settled(desk: Desk) -> None:
    """Wait for what the desk's threads still do."""
    pool = desk._pool
    if pool is not None:
        pool.shutdown(wait=True)
        desk._pool = None


def _deliveries(engine: Engine) -> list[Delivery]:
    with Session(engine, expire_on_commit=False) as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def _follow_ups(engine: Engine) -> list[tuple[str, str]]:
    with Session(engine) as session:
        return [(str(each.status), each.text) for each in session.scalars(select(FollowUp).order_by(FollowUp.id))]


def test_a_message_is_heard_and_answered_under_seal(zhang_min: Writer, ear: Ear) -> None:
    assert zhang_min.write("我的积分") == "好的"
    [heard] = ear.heard
    assert (heard.kind, heard.text, heard.openid) == (Kind.text, "我的积分", zhang_min.openid)
    assert (heard.channel, heard.app_id) == (Channel.official, "sandbox-official")


def test_work_wechat_is_heard_too(app: OpenAPI, cast: Cast, ear: Ear) -> None:
    writer = writer_of(app, cast.li_wei, Channel.work)
    assert writer.write("待审") == "好的"
    assert ear.heard[0].channel is Channel.work


@pytest.mark.parametrize("channel", [Channel.official, Channel.work])
def test_a_new_address_is_tried_with_an_echo(app: OpenAPI, channel: Channel) -> None:
    envelope = Writer(app, "wechat", channel).envelope
    timestamp, word = str(int(clock.now().timestamp())), "5927782489442352469"
    query = {"timestamp": timestamp, "nonce": "1"}
    if channel is Channel.work:
        from server.wechat.envelope import fields_of

        word_sealed = fields_of(envelope.seal(word, nonce="1", now=clock.now()))["Encrypt"]
        query |= {"echostr": word_sealed, "msg_signature": envelope.signed(timestamp, "1", word_sealed)}
    else:
        query |= {"echostr": word, "signature": envelope.signed(timestamp, "1")}
    client = app.test_client()
    assert client.get(f"/wechat/{channel}", query_string=query).get_data(as_text=True) == word
    wrong = query | {"nonce": "2"}
    answer = client.get(f"/wechat/{channel}", query_string=wrong)
    assert (answer.status_code, answer.get_data()) == (403, b"")


def test_voice_comes_with_its_words_and_scans_with_their_scene(zhang_min: Writer, ear: Ear) -> None:
    zhang_min.send(MsgType="voice", MediaId="v", Format="amr", Recognition="我这个月多少分", MsgId="1")
    zhang_min.send(MsgType="event", Event="subscribe", EventKey="qrscene_c:7")
    zhang_min.scan("c:8")
    zhang_min.send(
        **{"ScanCodeInfo.ScanResult": "http://x/c/7"}, MsgType="event", Event="scancode_waitmsg", EventKey="scan"
    )
    zhang_min.send(MsgType="event", Event="CLICK", EventKey="我的积分")
    zhang_min.send(MsgType="location", Label="图书馆", MsgId="2")
    assert [(each.kind, each.text, each.event, each.scene) for each in ear.heard] == [
        (Kind.voice, "我这个月多少分", "", ""),
        (Kind.event, "", "subscribe", "c:7"),
        (Kind.event, "", "scan", "c:8"),
        (Kind.event, "", "scan", "http://x/c/7"),
        (Kind.event, "", "click", "我的积分"),
        (Kind.location, "图书馆", "", ""),
    ]


@pytest.mark.parametrize(
    "event", ["LOCATION", "unsubscribe", "VIEW", "TEMPLATESENDJOBFINISH", "subscribe_msg_popup_event"]
)
def test_to_some_events_nobody_awaits_an_answer(zhang_min: Writer, ear: Ear, engine: Engine, event: str) -> None:
    assert zhang_min.send(MsgType="event", Event=event, MsgID="1", Status="success") == ""
    assert ear.heard == []
    assert _deliveries(engine) == []


def test_a_picture_is_fetched_before_it_is_answered(zhang_min: Writer, ear: Ear) -> None:
    content = jpeg()
    zhang_min.picture(content)
    assert ear.heard[0].picture == content


def test_a_picture_that_cannot_be_fetched_is_missing(zhang_min: Writer, ear: Ear) -> None:
    zhang_min.send(MsgType="image", MediaId="gone", MsgId="1")
    assert (ear.heard[0].kind, ear.heard[0].picture) == (Kind.image, None)


def test_what_a_person_writes_can_end_no_answer_early(zhang_min: Writer, ear: Ear) -> None:
    ear.says = ("您说的是 ]]></Content><x> 吗",)
    assert zhang_min.write("]]></Content>") == "您说的是 ]] ></Content><x> 吗"


class TestOnce:
    def test_five_interleaved_deliveries_act_once_and_get_the_same(
        self, zhang_min: Writer, ear: Ear, engine: Engine
    ) -> None:
        said = zhang_min.sealed("通过")
        ear.may_go_on.clear()
        with ThreadPoolExecutor(5) as pool:
            posts = [pool.submit(zhang_min.post, said) for _ in range(5)]
            ear.may_go_on.set()
            answers = {zhang_min.words(post.result()) for post in posts}
        assert answers == {"好的"}
        assert len(ear.heard) == 1
        assert len(_deliveries(engine)) == 1

    def test_an_event_is_known_by_who_did_it_when(self, zhang_min: Writer, ear: Ear) -> None:
        at = clock.now()
        for _ in range(3):
            zhang_min.scan("c:7", at=at)
        zhang_min.scan("c:7", at=at + timedelta(seconds=1))
        assert len(ear.heard) == 2

    def test_the_same_words_again_are_another_message(self, zhang_min: Writer, ear: Ear) -> None:
        assert [zhang_min.write("1"), zhang_min.write("1")] == ["好的", "好的"]
        assert len(ear.heard) == 2

    def test_whoever_repeats_a_post_later_learns_nothing(self, zhang_min: Writer, ear: Ear) -> None:
        zhang_min.write("我的积分")
        with time_machine.travel(clock.now() + timedelta(seconds=90)):
            assert zhang_min.again() == ""
        assert len(ear.heard) == 1

    def test_effect_and_answer_stand_or_fall_together(self, zhang_min: Writer, ear: Ear, engine: Engine) -> None:
        def write(session: Session) -> None:
            session.add(Signature(app_id="effect", signature=str(len(ear.heard)), key="", seen_at=NOW))
            session.flush()
            if len(ear.heard) == 1:
                raise RuntimeError("half done")

        ear.hook = write
        assert zhang_min.write("通过") == rules.NOT_DONE
        assert zhang_min.again() == rules.NOT_DONE
        with Session(engine) as session:
            assert session.scalars(select(Signature).where(Signature.app_id == "effect")).all() == []
        assert [each.status for each in _deliveries(engine)] == ["failed"]


class TestInTime:
    def test_what_takes_long_is_acknowledged_and_follows(
        self, zhang_min: Writer, ear: Ear, desk: Desk, engine: Engine
    ) -> None:
        desk.answer_seconds = 0.2
        ear.may_go_on.clear()
        ear.says = ("第一", "第二")
        assert zhang_min.write("我的积分") == rules.RECEIVED
        ear.may_go_on.set()
        _settled(desk)
        assert zhang_min.arrived() == ["第一", "第二"]
        assert zhang_min.again() == rules.RECEIVED
        _settled(desk)
        assert len(ear.heard) == 1
        assert _follow_ups(engine) == [("sent", "第一"), ("sent", "第二")]

    def test_what_does_not_fit_into_the_answer_follows_it(self, zhang_min: Writer, ear: Ear, desk: Desk) -> None:
        ear.says = ("一", "二", "三")
        assert zhang_min.write("待审") == "一"
        _settled(desk)
        assert zhang_min.arrived() == ["二", "三"]

    def test_no_more_follows_than_wechat_allows(self, zhang_min: Writer, ear: Ear, desk: Desk, engine: Engine) -> None:
        ear.says = ("开始", *(f"第{number}条" * 40 for number in range(40)))
        zhang_min.write("待审")
        _settled(desk)
        arrived = zhang_min.arrived()
        assert len(arrived) == 5
        assert all(len(text.encode()) <= rules.MOST_BYTES for text in arrived)
        assert arrived[-1].endswith(rules.SHORTENED)
        assert {status for status, _ in _follow_ups(engine)} == {"sent"}

    def test_a_refusal_is_written_down(self, zhang_min: Writer, ear: Ear, desk: Desk, engine: Engine) -> None:
        zhang_min.sandbox.phones.at(App.official, zhang_min.openid).windows.clear()
        ear.says = ("一", "二")
        zhang_min.write("待审")
        _settled(desk)
        assert zhang_min.arrived() == []
        with Session(engine) as session:
            [row] = session.scalars(select(FollowUp))
            assert (row.status, row.errcode) == ("refused", 45015)

    def test_a_follow_up_without_an_answer_is_never_sent_again(
        self, zhang_min: Writer, ear: Ear, desk: Desk, engine: Engine
    ) -> None:
        zhang_min.sandbox.fail(Call.custom, Fault.nonsense, times=1)
        ear.says = ("一", "二")
        zhang_min.write("待审")
        _settled(desk)
        upkeep.finish_at(desk, now=clock.now() + timedelta(minutes=5))
        assert [status for status, _ in _follow_ups(engine)] == ["unknown"]
        assert zhang_min.arrived() == ["二"]


class TestAnAccountThatMayNotSend:
    """48001: what cannot follow is not promised, and comes with the answer to the person's next message."""

    @pytest.fixture(autouse=True)
    def _forbidden(self, zhang_min: Writer) -> None:
        zhang_min.sandbox.fail(Call.custom, Fault.unauthorized, times=99)

    def _late(self, zhang_min: Writer, ear: Ear, desk: Desk) -> str:
        desk.answer_seconds = 0.2
        ear.may_go_on.clear()
        promised = zhang_min.write("我的积分")
        ear.may_go_on.set()
        _settled(desk)
        desk.answer_seconds = PATIENCE_SECONDS
        return promised

    def test_the_first_time_nobody_knows_and_nothing_is_lost(
        self, zhang_min: Writer, ear: Ear, desk: Desk, engine: Engine
    ) -> None:
        ear.says = ("62 分",)
        assert self._late(zhang_min, ear, desk) == rules.RECEIVED
        ear.says = ("好的",)
        assert zhang_min.write("好了吗") == "62 分\n\n好的"
        assert zhang_min.write("还有呢") == "好的"
        assert zhang_min.arrived() == []
        assert {status for status, _ in _follow_ups(engine)} == {"given"}

    def test_from_then_on_no_more_is_promised_than_can_be_kept(self, zhang_min: Writer, ear: Ear, desk: Desk) -> None:
        self._late(zhang_min, ear, desk)
        zhang_min.write("好了吗")
        _settled(desk)
        assert self._late(zhang_min, ear, desk) == rules.RECEIVED_ALONE
        assert zhang_min.again() == rules.RECEIVED_ALONE

    def test_what_would_follow_an_answer_stands_in_it(self, zhang_min: Writer, ear: Ear, desk: Desk) -> None:
        self._late(zhang_min, ear, desk)
        ear.says = ("一", "二" * 300, "三" * 500)
        assert zhang_min.write("待审") == f"好的\n\n一\n\n{'二' * 300}"
        _settled(desk)
        ear.says = ("四",)
        assert zhang_min.write("然后呢") == f"{'三' * 500}\n\n四"

    def test_another_person_is_told_nothing_of_it(
        self, app: OpenAPI, cast: Cast, zhang_min: Writer, ear: Ear, desk: Desk
    ) -> None:
        ear.says = ("张敏 62 分",)
        self._late(zhang_min, ear, desk)
        ear.says = ("好的",)
        assert writer_of(app, cast.li_wei).write("你好") == "好的"

    def test_once_it_may_send_it_does(self, zhang_min: Writer, ear: Ear, desk: Desk) -> None:
        self._late(zhang_min, ear, desk)
        zhang_min.sandbox.faults.clear()
        self._late(zhang_min, ear, desk)
        assert zhang_min.arrived() == ["好的\n\n好的"]
        assert self._late(zhang_min, ear, desk) == rules.RECEIVED

    def test_after_two_days_it_is_no_answer_any_more(self, zhang_min: Writer, ear: Ear, desk: Desk) -> None:
        ear.says = ("62 分",)
        self._late(zhang_min, ear, desk)
        ear.says = ("好的",)
        with time_machine.travel(clock.now() + timedelta(hours=49), tick=True):
            assert zhang_min.write("你好") == "好的"


class TestAfterACrash:
    """A process that died: what it had written down is all there is."""

    def _left(self, zhang_min: Writer, desk: Desk, monkeypatch: pytest.MonkeyPatch, text: str = "我的积分") -> None:
        desk.answer_seconds = 0.1
        with monkeypatch.context() as patch:
            patch.setattr(Desk, "_submit", lambda *_: Future())
            assert zhang_min.write(text) == rules.RECEIVED
        desk.answer_seconds = PATIENCE_SECONDS

    def _finish(self, desk: Desk, after: timedelta) -> None:
        with time_machine.travel(clock.now() + after, tick=True):
            upkeep.finish_at(desk, now=clock.now())

    def test_what_was_received_is_answered_by_the_job(
        self, zhang_min: Writer, ear: Ear, desk: Desk, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._left(zhang_min, desk, monkeypatch)
        self._finish(desk, timedelta(seconds=10))
        assert zhang_min.arrived() == [], "it might still be worked on"
        self._finish(desk, timedelta(seconds=40))
        self._finish(desk, timedelta(seconds=50))
        assert zhang_min.arrived() == ["好的"]
        assert len(ear.heard) == 1

    def test_what_was_overtaken_by_a_later_message_is_given_up(
        self, zhang_min: Writer, ear: Ear, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._left(zhang_min, desk, monkeypatch, "是")
        zhang_min.write("取消")
        self._finish(desk, timedelta(seconds=40))
        assert zhang_min.arrived() == [rules.NOT_DONE]
        assert [heard.text for heard in ear.heard] == ["取消"]

    @pytest.mark.usefixtures("ear")
    def test_what_another_person_wrote_later_overtakes_nothing(
        self, app: OpenAPI, cast: Cast, zhang_min: Writer, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._left(zhang_min, desk, monkeypatch)
        writer_of(app, cast.li_wei).write("你好")
        self._finish(desk, timedelta(seconds=40))
        assert zhang_min.arrived() == ["好的"]

    def test_after_ten_minutes_nobody_knows_what_an_answer_answers(
        self, zhang_min: Writer, ear: Ear, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._left(zhang_min, desk, monkeypatch)
        self._finish(desk, timedelta(minutes=11))
        assert zhang_min.arrived() == [rules.NOT_DONE]
        assert ear.heard == []

    def test_follow_ups_are_sent_by_the_job(
        self, zhang_min: Writer, ear: Ear, desk: Desk, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ear.says = ("一", "二")
        with monkeypatch.context() as patch:
            patch.setattr(Desk, "follow_up_later", lambda *_: None)
            zhang_min.write("待审")
        self._finish(desk, timedelta(seconds=5))
        self._finish(desk, timedelta(seconds=10))
        assert zhang_min.arrived() == ["二"]


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


class TestWhoItIs:
    def test_a_follower_known_in_the_app_is_known_here(
        self, app: OpenAPI, cast: Cast, ear: Ear, session: Session
    ) -> None:
        known = session.scalars(select(WechatIdentity).where(WechatIdentity.openid == "zhang_min")).one()
        known.unionid = unionid_of("zhang_min")
        session.commit()
        Writer(app, "of_zhang_min").write("你好")
        session.expire_all()
        linked = session.scalars(select(WechatIdentity).where(WechatIdentity.openid == "of_zhang_min")).one()
        assert linked.account_id == cast.zhang_min.account_id

    def test_who_acts_for_two_in_other_apps_is_nobody_here(
        self, app: OpenAPI, cast: Cast, ear: Ear, session: Session
    ) -> None:
        """A phone that was handed on: nobody can tell for which of the two accounts it writes."""
        unionid, li_wei = unionid_of("zhang_min"), cast.li_wei.account_id
        session.get_one(WechatIdentity, cast.zhang_min.actor.identity_id).unionid = unionid
        session.add(WechatIdentity(app_id="another", openid="o", unionid=unionid, account_id=li_wei, created_at=NOW))
        session.commit()
        Writer(app, "of_zhang_min").write("你好")
        here = session.scalars(select(WechatIdentity).where(WechatIdentity.openid == "of_zhang_min")).one()
        assert here.account_id is None

    def test_whom_nobody_knows_stays_unknown(self, app: OpenAPI, cast: Cast, ear: Ear, session: Session) -> None:
        assert Writer(app, "of_nobody").write("你好") == "好的"
        unknown = session.scalars(select(WechatIdentity).where(WechatIdentity.openid == "of_nobody")).one()
        assert unknown.account_id is None

    def test_when_wechat_cannot_tell_the_message_is_answered_all_the_same(
        self, app: OpenAPI, cast: Cast, ear: Ear
    ) -> None:
        writer = Writer(app, "of_zhang_min")
        writer.sandbox.fail(Call.follower, Fault.busy, times=9)
        assert writer.write("你好") == "好的"


def test_old_records_are_purged(zhang_min: Writer, ear: Ear, desk: Desk, engine: Engine) -> None:
    ear.says = ("一", "二")
    zhang_min.write("待审")
    _settled(desk)
    upkeep.purge(engine, zhang_min.settings, clock.now() + timedelta(days=6), NOW)
    assert len(_deliveries(engine)) == 1
    upkeep.purge(engine, zhang_min.settings, clock.now() + timedelta(days=8), NOW)
    assert _deliveries(engine) == []
    assert _follow_ups(engine) == []
    with Session(engine) as session:
        assert session.scalars(select(Signature)).all() == []


def test_a_conversation_that_fell_silent_is_forgotten(zhang_min: Writer, engine: Engine) -> None:
    zhang_min.write("昨天去社区做志愿服务，帮老人打扫卫生")
    for hours, left in ((23, 1), (25, 0)):
        upkeep.purge(engine, zhang_min.settings, clock.now() + timedelta(hours=hours), NOW)
        with Session(engine) as session:
            assert len(session.scalars(select(DialogueRow)).all()) == left


def test_what_was_said_is_not_kept_beyond_its_answer(zhang_min: Writer, ear: Ear, engine: Engine) -> None:
    zhang_min.write("周三请假，家里有事")
    assert [each.content for each in _deliveries(engine)] == [{}]


def test_the_envelope_shows_no_secret() -> None:
    assert "token" not in repr(Envelope("wx1", "tokentoken", "k" * 43)).replace("official", "")
