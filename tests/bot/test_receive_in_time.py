"""The callbacks: answered in time or followed up, where the account may send, and after a crash."""

from concurrent.futures import Future
from datetime import timedelta

import pytest
import time_machine
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.receive import rules, upkeep
from bot.receive.models import FollowUp
from bot.receive.responder import Responder
from server import clock
from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.faults import PlayedCall, PlayedFault
from tests.bot.callbacks import Writer, writer_of
from tests.bot.hearing import Ear, follow_ups, settled
from tests.cast import Cast
from tests.waiting import LONG


class TestInTime:
    def test_what_takes_long_is_acknowledged_and_follows(
        self, zhang_min: Writer, ear: Ear, responder: Responder, engine: Engine
    ) -> None:
        responder.answer_seconds = 0.2
        ear.may_go_on.clear()
        ear.says = ("第一", "第二")
        assert zhang_min.write("我的积分") == rules.RECEIVED
        ear.may_go_on.set()
        settled(responder)
        assert zhang_min.arrived() == ["第一", "第二"]
        assert zhang_min.again() == rules.RECEIVED
        settled(responder)
        assert len(ear.heard) == 1
        assert follow_ups(engine) == [("sent", "第一"), ("sent", "第二")]

    def test_what_does_not_fit_into_the_answer_follows_it(
        self, zhang_min: Writer, ear: Ear, responder: Responder
    ) -> None:
        ear.says = ("一", "二", "三")
        assert zhang_min.write("待审") == "一"
        settled(responder)
        assert zhang_min.arrived() == ["二", "三"]

    def test_no_more_follows_than_wechat_allows(
        self, zhang_min: Writer, ear: Ear, responder: Responder, engine: Engine
    ) -> None:
        ear.says = ("开始", *(f"第{number}条" * 40 for number in range(40)))
        zhang_min.write("待审")
        settled(responder)
        arrived = zhang_min.arrived()
        assert len(arrived) == 5
        assert all(len(text.encode()) <= rules.MOST_BYTES for text in arrived)
        assert arrived[-1].endswith(rules.SHORTENED)
        assert {status for status, _ in follow_ups(engine)} == {"sent"}

    def test_a_refusal_is_written_down(self, zhang_min: Writer, ear: Ear, responder: Responder, engine: Engine) -> None:
        zhang_min.sandbox.phones.at(App.official, zhang_min.openid).windows.clear()
        ear.says = ("一", "二")
        zhang_min.write("待审")
        settled(responder)
        assert zhang_min.arrived() == []
        with Session(engine) as session:
            [row] = session.scalars(select(FollowUp))
            assert (row.status, row.errcode) == ("refused", 45015)

    def test_a_follow_up_without_an_answer_is_never_sent_again(
        self, zhang_min: Writer, ear: Ear, responder: Responder, engine: Engine
    ) -> None:
        zhang_min.sandbox.fail(PlayedCall.custom, PlayedFault.nonsense, times=1)
        ear.says = ("一", "二")
        zhang_min.write("待审")
        settled(responder)
        upkeep.finish_at(responder, now=clock.now() + timedelta(minutes=5))
        assert [status for status, _ in follow_ups(engine)] == ["unknown"]
        assert zhang_min.arrived() == ["二"]


class TestAnAccountThatMayNotSend:
    """48001: what cannot follow is not promised, and comes with the answer to the person's next message."""

    @pytest.fixture(autouse=True)
    def _forbidden(self, zhang_min: Writer) -> None:
        zhang_min.sandbox.fail(PlayedCall.custom, PlayedFault.unauthorized, times=99)

    def _late(self, zhang_min: Writer, ear: Ear, responder: Responder) -> str:
        responder.answer_seconds = 0.2
        ear.may_go_on.clear()
        promised = zhang_min.write("我的积分")
        ear.may_go_on.set()
        settled(responder)
        responder.answer_seconds = LONG
        return promised

    def test_the_first_time_nobody_knows_and_nothing_is_lost(
        self, zhang_min: Writer, ear: Ear, responder: Responder, engine: Engine
    ) -> None:
        ear.says = ("62 分",)
        assert self._late(zhang_min, ear, responder) == rules.RECEIVED
        ear.says = ("好的",)
        assert zhang_min.write("好了吗") == "62 分\n\n好的"
        assert zhang_min.write("还有呢") == "好的"
        assert zhang_min.arrived() == []
        assert {status for status, _ in follow_ups(engine)} == {"given"}

    def test_from_then_on_no_more_is_promised_than_can_be_kept(
        self, zhang_min: Writer, ear: Ear, responder: Responder
    ) -> None:
        self._late(zhang_min, ear, responder)
        zhang_min.write("好了吗")
        settled(responder)
        assert self._late(zhang_min, ear, responder) == rules.RECEIVED_ALONE
        assert zhang_min.again() == rules.RECEIVED_ALONE

    def test_what_would_follow_an_answer_stands_in_it(self, zhang_min: Writer, ear: Ear, responder: Responder) -> None:
        self._late(zhang_min, ear, responder)
        ear.says = ("一", "二" * 300, "三" * 500)
        assert zhang_min.write("待审") == f"好的\n\n一\n\n{'二' * 300}"
        settled(responder)
        ear.says = ("四",)
        assert zhang_min.write("然后呢") == f"{'三' * 500}\n\n四"

    def test_another_person_is_told_nothing_of_it(
        self, app: OpenAPI, cast: Cast, zhang_min: Writer, ear: Ear, responder: Responder
    ) -> None:
        ear.says = ("张敏 62 分",)
        self._late(zhang_min, ear, responder)
        ear.says = ("好的",)
        assert writer_of(app, cast.li_wei).write("你好") == "好的"

    def test_once_it_may_send_it_does(self, zhang_min: Writer, ear: Ear, responder: Responder) -> None:
        self._late(zhang_min, ear, responder)
        zhang_min.sandbox.faults.clear()
        self._late(zhang_min, ear, responder)
        assert zhang_min.arrived() == ["好的\n\n好的"]
        assert self._late(zhang_min, ear, responder) == rules.RECEIVED

    def test_after_two_days_it_is_no_answer_any_more(self, zhang_min: Writer, ear: Ear, responder: Responder) -> None:
        ear.says = ("62 分",)
        self._late(zhang_min, ear, responder)
        ear.says = ("好的",)
        with time_machine.travel(clock.now() + timedelta(hours=49), tick=True):
            assert zhang_min.write("你好") == "好的"


class TestAfterACrash:
    """A process that died: what it had written down is all there is."""

    def _left(
        self, zhang_min: Writer, responder: Responder, monkeypatch: pytest.MonkeyPatch, text: str = "我的积分"
    ) -> None:
        responder.answer_seconds = 0.1
        with monkeypatch.context() as patch:
            patch.setattr(Responder, "_submit", lambda *_: Future())
            assert zhang_min.write(text) == rules.RECEIVED
        responder.answer_seconds = LONG

    def _finish(self, responder: Responder, after: timedelta) -> None:
        with time_machine.travel(clock.now() + after, tick=True):
            upkeep.finish_at(responder, now=clock.now())
            settled(responder)  # a thread of the desk may have taken up what is to follow, and send it still

    def test_what_was_received_is_answered_by_the_job(
        self, zhang_min: Writer, ear: Ear, responder: Responder, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._left(zhang_min, responder, monkeypatch)
        self._finish(responder, timedelta(seconds=10))
        assert zhang_min.arrived() == [], "it might still be worked on"
        self._finish(responder, timedelta(seconds=40))
        self._finish(responder, timedelta(seconds=50))
        assert zhang_min.arrived() == ["好的"]
        assert len(ear.heard) == 1

    def test_what_was_overtaken_by_a_later_message_is_given_up(
        self, zhang_min: Writer, ear: Ear, responder: Responder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._left(zhang_min, responder, monkeypatch, "是")
        zhang_min.write("取消")
        self._finish(responder, timedelta(seconds=40))
        assert zhang_min.arrived() == [rules.NOT_DONE]
        assert [heard.text for heard in ear.heard] == ["取消"]

    @pytest.mark.usefixtures("ear")
    def test_what_another_person_wrote_later_overtakes_nothing(
        self, app: OpenAPI, cast: Cast, zhang_min: Writer, responder: Responder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._left(zhang_min, responder, monkeypatch)
        writer_of(app, cast.li_wei).write("你好")
        self._finish(responder, timedelta(seconds=40))
        assert zhang_min.arrived() == ["好的"]

    def test_after_ten_minutes_nobody_knows_what_an_answer_answers(
        self, zhang_min: Writer, ear: Ear, responder: Responder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._left(zhang_min, responder, monkeypatch)
        self._finish(responder, timedelta(minutes=11))
        assert zhang_min.arrived() == [rules.NOT_DONE]
        assert ear.heard == []

    def test_follow_ups_are_sent_by_the_job(
        self, zhang_min: Writer, ear: Ear, responder: Responder, engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ear.says = ("一", "二")
        with monkeypatch.context() as patch:
            patch.setattr(Responder, "follow_up_later", lambda *_: None)
            zhang_min.write("待审")
        self._finish(responder, timedelta(seconds=5))
        self._finish(responder, timedelta(seconds=10))
        assert zhang_min.arrived() == ["二"]
