"""The callbacks: what is heard, answered once however often it comes, by whom, and kept no longer than needed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.dialogue import DialogueRow
from bot.messages import ChatChannel, Kind
from bot.receive import rules, upkeep
from bot.receive.models import Signature
from bot.receive.responder import Responder
from server import clock
from server.identity.models import WechatIdentity
from server.wechat.envelope import Envelope
from server.wechat.sandbox.faults import PlayedCall, PlayedFault
from server.wechat.sandbox.sign_in import unionid_of
from tests.bot.callbacks import Writer, writer_of
from tests.bot.hearing import Ear, deliveries, follow_ups, settled
from tests.cast import NOW, Cast
from tests.pictures import jpeg


def test_a_message_is_heard_and_answered_under_seal(zhang_min: Writer, ear: Ear) -> None:
    assert zhang_min.write("我的积分") == "好的"
    [heard] = ear.heard
    assert (heard.kind, heard.text, heard.openid) == (Kind.text, "我的积分", zhang_min.openid)
    assert (heard.channel, heard.app_id) == (ChatChannel.official, "sandbox-official")


def test_work_wechat_is_heard_too(app: OpenAPI, cast: Cast, ear: Ear) -> None:
    writer = writer_of(app, cast.li_wei, ChatChannel.work)
    assert writer.write("待审") == "好的"
    assert ear.heard[0].channel is ChatChannel.work


@pytest.mark.parametrize("channel", [ChatChannel.official, ChatChannel.work])
def test_a_new_address_is_tried_with_an_echo(app: OpenAPI, channel: ChatChannel) -> None:
    envelope = Writer(app, "wechat", channel).envelope
    timestamp, word = str(int(clock.now().timestamp())), "5927782489442352469"
    query = {"timestamp": timestamp, "nonce": "1"}
    if channel is ChatChannel.work:
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
    assert deliveries(engine) == []


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
        assert len(deliveries(engine)) == 1

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
        assert [each.status for each in deliveries(engine)] == ["failed"]


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
        writer.sandbox.fail(PlayedCall.follower, PlayedFault.busy, times=9)
        assert writer.write("你好") == "好的"


def test_old_records_are_purged(zhang_min: Writer, ear: Ear, responder: Responder, engine: Engine) -> None:
    ear.says = ("一", "二")
    zhang_min.write("待审")
    settled(responder)
    upkeep.purge(engine, zhang_min.settings, clock.now() + timedelta(days=6), NOW)
    assert len(deliveries(engine)) == 1
    upkeep.purge(engine, zhang_min.settings, clock.now() + timedelta(days=8), NOW)
    assert deliveries(engine) == []
    assert follow_ups(engine) == []
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
    assert [each.content for each in deliveries(engine)] == [{}]


def test_the_envelope_shows_no_secret() -> None:
    assert "token" not in repr(Envelope("wx1", "tokentoken", "k" * 43)).replace("official", "")
