"""Reports of WeChat on messages it had taken: what arrived stays, what did not goes by the next channel."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from threading import Event
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.config import Settings
from server.db import transaction
from server.pushes import receipts, upkeep
from server.pushes.models import Push, PushAttempt, Receipt
from server.pushes.receipts import Report
from server.pushes.rules import Channel, PushStatus, ReceiptKind, UnreachedReason
from server.pushes.sending.configured_channels import ConfiguredChannels
from server.pushes.sending.sender import Sender
from server.wechat.sandbox.accounts import App
from tests.at_once import at_once
from tests.cast import MORNING as NOW
from tests.cast import Cast
from tests.sending import Played, played


@pytest.fixture
def play(engine: Engine, cast: Cast, settings: Settings) -> Iterator[Played]:
    with played(engine, cast, settings) as play:
        yield play


def _ids(play: Played, push_id: int) -> list[str | None]:
    with Session(play.engine) as session:
        query = select(PushAttempt.message_id).where(PushAttempt.push_id == push_id).order_by(PushAttempt.number)
        return list(session.scalars(query))


def _report(play: Played, message_id: str, kind: ReceiptKind, channel: Channel = Channel.official) -> None:
    report = Report(channel, message_id, kind)
    transaction(play.engine, partial(receipts.write_down, reports=[report], now=NOW))


def _sent_by_official(play: Played, cast: Cast, **others: Any) -> tuple[int, str]:
    play.know(cast.zhang_min, App.official)
    push_id = play.push(cast.zhang_min, **others)
    play.send()
    [message_id] = _ids(play, push_id)
    assert message_id is not None
    return push_id, message_id


@pytest.mark.parametrize("app", [App.miniprogram, App.official, App.work])
def test_each_attempt_keeps_what_the_channel_calls_its_message(play: Played, cast: Cast, app: App) -> None:
    if app is App.miniprogram:
        play.agree(cast.zhang_min)
    play.know(cast.zhang_min, app)
    push_id = play.push(cast.zhang_min)
    play.send()
    [arrived] = play.arrived()
    assert _ids(play, push_id) == [f"sandbox-{arrived.seq}" if app is App.work else str(10_000_000_000 + arrived.seq)]


def test_of_a_batch_each_keeps_its_own(play: Played, cast: Cast) -> None:
    play.know(cast.zhang_min, App.official)
    ids = [play.push(cast.zhang_min, subject=f"2026-0{month}") for month in range(1, 7)]
    play.send()
    pages = {f"push={push_id}": str(_ids(play, push_id)[0]) for push_id in ids}
    assert pages == {message.page.split("&")[-1]: str(10_000_000_000 + message.seq) for message in play.arrived()}


def test_what_arrived_stays_sent(play: Played, cast: Cast) -> None:
    push_id, message_id = _sent_by_official(play, cast)
    _report(play, message_id, ReceiptKind.delivered)
    assert play.send() == 0
    assert play.row(push_id).status == PushStatus.sent
    assert play.attempts(push_id) == [("official", "delivered", 0)]


@pytest.mark.parametrize(
    ("kind", "attempt", "reason"),
    [
        (ReceiptKind.blocked, ("official", "refused", 43101), UnreachedReason.refused),
        (ReceiptKind.failed, ("official", "undelivered", 0), UnreachedReason.undelivered),
    ],
)
class TestWhatDidNotArrive:
    def test_goes_by_the_next_channel(
        self, play: Played, cast: Cast, kind: ReceiptKind, attempt: tuple[str, str, int], reason: UnreachedReason
    ) -> None:
        push_id, message_id = _sent_by_official(play, cast)
        play.know(cast.zhang_min, App.work)
        _report(play, message_id, kind)
        assert play.send() == 1
        assert play.attempts(push_id) == [attempt, ("work", "sent", 0)]
        assert (play.row(push_id).status, play.row(push_id).channel) == (PushStatus.sent, Channel.work)

    def test_without_another_channel_the_branch_tells_the_person(
        self, play: Played, cast: Cast, kind: ReceiptKind, attempt: tuple[str, str, int], reason: UnreachedReason
    ) -> None:
        push_id, message_id = _sent_by_official(play, cast)
        _report(play, message_id, kind)
        assert play.send() == 0
        push = play.row(push_id)
        assert (push.status, push.reason, push.channel) == (PushStatus.unreachable, reason, None)
        assert play.attempts(push_id) == [attempt]

    def test_is_not_sent_when_its_time_is_over(
        self, play: Played, cast: Cast, kind: ReceiptKind, attempt: tuple[str, str, int], reason: UnreachedReason
    ) -> None:
        push_id, message_id = _sent_by_official(play, cast, expires_at=NOW + timedelta(minutes=5))
        play.know(cast.zhang_min, App.work)
        _report(play, message_id, kind)
        assert play.send(NOW + timedelta(minutes=6)) == 0
        assert play.row(push_id).status == PushStatus.expired

    def test_reported_twice_it_goes_once(
        self, play: Played, cast: Cast, kind: ReceiptKind, attempt: tuple[str, str, int], reason: UnreachedReason
    ) -> None:
        push_id, message_id = _sent_by_official(play, cast)
        play.know(cast.zhang_min, App.work)
        for each in (kind, kind, ReceiptKind.delivered):
            _report(play, message_id, each)
        assert play.send() == 1
        _report(play, message_id, kind)
        assert play.send() == 0
        assert len(play.attempts(push_id)) == 2

    def test_reported_before_our_own_commit_it_counts_after_it(
        self, play: Played, cast: Cast, kind: ReceiptKind, attempt: tuple[str, str, int], reason: UnreachedReason
    ) -> None:
        play.know(cast.zhang_min, App.official)
        push_id = play.push(cast.zhang_min)
        _report(play, str(10_000_000_001), kind)
        assert play.send() == 1
        assert play.row(push_id).status == PushStatus.sent
        play.know(cast.zhang_min, App.work)
        assert play.send() == 1
        assert play.attempts(push_id) == [attempt, ("work", "sent", 0)]


class TestNoneOfOurs:
    @pytest.mark.parametrize("status", [each for each in PushStatus if each is not PushStatus.sent])
    def test_a_push_that_has_gone_on_meanwhile_is_left_alone(
        self, play: Played, cast: Cast, status: PushStatus
    ) -> None:
        push_id, message_id = _sent_by_official(play, cast)
        with Session(play.engine) as session:
            session.get_one(Push, push_id).status = status
            session.get_one(Push, push_id).next_at = NOW + timedelta(days=9)
            session.commit()
        _report(play, message_id, ReceiptKind.failed)
        play.send()
        assert play.row(push_id).status == status

    def test_a_later_call_of_the_push_is_not_taken_back(self, play: Played, cast: Cast) -> None:
        push_id, message_id = _sent_by_official(play, cast)
        with Session(play.engine) as session:
            session.get_one(Push, push_id).attempts = 2
            session.commit()
        _report(play, message_id, ReceiptKind.failed)
        assert play.send() == 0
        assert play.row(push_id).status == PushStatus.sent

    @pytest.mark.parametrize(
        ("message_id", "channel"),
        [
            ("1", Channel.official),
            ("10000000001", Channel.subscription),
            ("10000000001", Channel.work),
            (" 10000000001", Channel.official),
            ("10000000001x", Channel.official),
        ],
    )
    def test_an_unknown_id_changes_nothing_and_is_forgotten_after_a_day(
        self, play: Played, cast: Cast, message_id: str, channel: Channel
    ) -> None:
        push_id, _ = _sent_by_official(play, cast)
        _report(play, message_id, ReceiptKind.failed, channel)
        assert play.send() == 0
        assert play.row(push_id).status == PushStatus.sent
        assert _purged(play, timedelta(hours=23)) == 0
        assert _purged(play, timedelta(hours=25)) == 1

    def test_what_was_applied_is_kept_as_long_as_the_calls(self, play: Played, cast: Cast) -> None:
        _, message_id = _sent_by_official(play, cast)
        _report(play, message_id, ReceiptKind.delivered)
        play.send()
        assert _purged(play, timedelta(days=89)) == 0
        assert _purged(play, timedelta(days=91)) == 1


def _purged(play: Played, after: timedelta) -> int:
    return transaction(play.engine, partial(upkeep.purge_receipts, now=NOW + after))


def test_many_reports_at_once_and_many_senders_take_each_back_once(play: Played, cast: Cast) -> None:
    play.know(cast.zhang_min, App.official)
    ids = [play.push(cast.zhang_min, subject=f"2026-{number:02}") for number in range(12)]
    play.send()
    play.know(cast.zhang_min, App.work)
    known = [str(_ids(play, push_id)[0]) for push_id in ids]
    reports = [Report(Channel.official, message_id, ReceiptKind.failed) for message_id in known]
    write = partial(receipts.write_down, reports=reports, now=NOW)
    at_once(*(partial(transaction, play.engine, write) for _ in range(4)))
    with Session(play.engine) as session:
        assert len(session.scalars(select(Receipt)).all()) == 12
    with time_machine.travel(NOW, tick=True):
        senders = [Sender(ConfiguredChannels(play.engine, play.settings), concurrency=2) for _ in range(3)]
        assert sum(at_once(*(partial(sender.run, Event()) for sender in senders))) == 12
    assert {tuple(status for _, status, _ in play.attempts(push_id)) for push_id in ids} == {("undelivered", "sent")}


def test_who_has_no_licence_there_is_reached_by_another_channel_or_listed(play: Played, cast: Cast) -> None:
    for person in (cast.zhang_min, cast.li_wei):
        play.wechat.phones.at(App.work, play.know(person, App.work)).licensed = False
    play.know(cast.li_wei, App.official)
    unreached, reached = play.push(cast.zhang_min), play.push(cast.li_wei)
    play.send()
    assert (play.row(unreached).status, play.row(unreached).reason) == (PushStatus.unreachable, UnreachedReason.refused)
    assert play.attempts(unreached) == [("work", "refused", 81013)]
    assert play.row(reached).channel == Channel.official
