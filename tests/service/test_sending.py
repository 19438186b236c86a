"""The sender against the sandbox: each push once, by the first channel that takes it, or with the reason why not."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event

import pytest
import time_machine
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from server.config import Settings
from server.db import database_now, transaction
from server.identity.models import WechatIdentity
from server.pushes import quotas
from server.pushes.models import ChannelPause, Push, PushAttempt
from server.pushes.quotas import Spend
from server.pushes.rules import AttemptStatus, Channel, PushStatus, UnreachedReason
from server.pushes.sending.claiming import ChannelCall
from server.pushes.sending.results import SendOutcome
from server.wechat.sandbox.accounts import App
from server.wechat.sandbox.faults import PlayedFault
from tests.cast import MORNING as NOW
from tests.cast import Cast
from tests.sending import Played, played

LONG_AGO = NOW.replace(year=2020)


@pytest.fixture
def play(engine: Engine, cast: Cast, settings: Settings) -> Iterator[Played]:
    with played(engine, cast, settings) as play:
        yield play


def test_a_push_arrives_once_and_uses_up_one_consent(play: Played, cast: Cast) -> None:
    play.agree(cast.zhang_min, times=2)
    push_id = play.push(cast.zhang_min)
    assert play.send() == 1
    assert play.send() == 0
    push = play.row(push_id)
    assert (push.status, push.channel, push.attempts, push.reason) == (PushStatus.sent, Channel.subscription, 1, None)
    assert push.finished_at is not None
    assert play.attempts(push_id) == [("subscription", "sent", 0)]
    assert [message.content["thing2"] for message in play.arrived()] == ["62.50 分"]
    assert play.balance(cast.zhang_min) == 1


def test_a_push_that_is_not_due_waits(play: Played, cast: Cast) -> None:
    play.agree(cast.zhang_min)
    push_id = play.push(cast.zhang_min, next_at=NOW + timedelta(minutes=1))
    assert play.send() == 0
    assert play.send(NOW + timedelta(minutes=1)) == 1
    assert play.row(push_id).status == PushStatus.sent


@pytest.mark.parametrize("status", [each for each in PushStatus if each is not PushStatus.waiting])
def test_what_does_not_wait_is_left_alone(play: Played, cast: Cast, status: PushStatus) -> None:
    play.agree(cast.zhang_min)
    push_id = play.push(cast.zhang_min, status=status)
    assert play.send() == 0
    assert play.row(push_id).status == status


class TestFallingBack:
    def test_without_consent_the_official_account_is_next(self, play: Played, cast: Cast) -> None:
        play.know(cast.zhang_min, App.official)
        push_id = play.push(cast.zhang_min)
        play.send()
        assert play.attempts(push_id) == [("official", "sent", 0)]

    def test_a_consent_wechat_does_not_know_of_is_gone_and_the_next_channel_takes_it(
        self, play: Played, cast: Cast
    ) -> None:
        play.agree(cast.zhang_min, times=3)
        play.know(cast.zhang_min, App.official)
        play.fail(PlayedFault.refused)
        push_id = play.push(cast.zhang_min)
        play.send()
        assert play.attempts(push_id) == [("subscription", "refused", 43101), ("official", "sent", 0)]
        assert play.balance(cast.zhang_min) == 0

    def test_one_consent_is_not_given_to_two_pushes(self, play: Played, cast: Cast) -> None:
        play.agree(cast.zhang_min)
        play.know(cast.zhang_min, App.work)
        ids = [play.push(cast.zhang_min, subject=subject) for subject in ("2026-04", "2026-05")]
        play.send()
        assert [play.attempts(push_id) for push_id in ids] == [
            [("subscription", "sent", 0)],
            [("work", "sent", 0)],
        ]

    def test_all_channels_are_tried_in_order_and_the_last_refusal_leaves_him_unreachable(
        self, play: Played, cast: Cast
    ) -> None:
        play.agree(cast.zhang_min)
        for app in (App.miniprogram, App.official, App.work):
            play.know(cast.zhang_min, app)
            play.fail(PlayedFault.refused, app)
        push_id = play.push(cast.zhang_min)
        play.send()
        assert [channel for channel, _, _ in play.attempts(push_id)] == ["subscription", "official", "work"]
        push = play.row(push_id)
        assert (push.status, push.reason, push.channel) == (PushStatus.unreachable, UnreachedReason.refused, None)

    def test_wrong_fields_are_said_to_be_ours(self, play: Played, cast: Cast) -> None:
        play.agree(cast.zhang_min)
        play.fail(PlayedFault.bad_fields)
        push_id = play.push(cast.zhang_min)
        play.send()
        assert play.row(push_id).reason == UnreachedReason.misconfigured
        assert play.balance(cast.zhang_min) == 1

    def test_who_agreed_to_nothing_is_listed_as_not_subscribed(self, play: Played, cast: Cast) -> None:
        push_id = play.push(cast.zhang_min)
        assert play.send() == 0
        assert (play.row(push_id).status, play.row(push_id).reason) == (
            PushStatus.unreachable,
            UnreachedReason.not_subscribed,
        )

    def test_a_member_without_an_account_is_listed_as_not_bound(self, play: Played, cast: Cast) -> None:
        with Session(play.engine) as session:
            identity = session.get_one(WechatIdentity, cast.zhang_min.actor.identity_id)
            identity.account_id = None
            session.commit()
        push_id = play.push(cast.zhang_min)
        assert play.send() == 0
        assert (play.row(push_id).status, play.row(push_id).reason) == (
            PushStatus.unreachable,
            UnreachedReason.not_bound,
        )

    def test_an_account_without_a_member_is_reached(self, play: Played, cast: Cast) -> None:
        play.agree(cast.administrator)
        push_id = play.push(cast.administrator)
        play.send()
        assert play.row(push_id).status == PushStatus.sent


class TestErrors:
    @pytest.mark.parametrize("app", [App.miniprogram, App.official, App.work])
    def test_a_busy_wechat_is_asked_again_a_minute_later(self, play: Played, cast: Cast, app: App) -> None:
        push_id = _alone_on(play, cast, app)
        play.fail(PlayedFault.busy, app)
        assert play.send() == 1
        push = play.row(push_id)
        assert push.status == PushStatus.waiting
        assert timedelta(seconds=60) <= push.next_at - NOW < timedelta(seconds=70)
        assert play.send(push.next_at) == 1
        assert [(status, code) for _, status, code in play.attempts(push_id)] == [("retry", -1), ("sent", 0)]

    @pytest.mark.parametrize("app", [App.miniprogram, App.official, App.work])
    @pytest.mark.parametrize("fault", [PlayedFault.time_out, PlayedFault.nonsense, PlayedFault.dropped])
    def test_what_may_have_arrived_is_never_sent_again(
        self, play: Played, cast: Cast, app: App, fault: PlayedFault
    ) -> None:
        push_id = _alone_on(play, cast, app)
        play.fail(fault, app)
        assert play.send() == 1
        assert play.send(NOW + timedelta(days=1)) == 0
        push = play.row(push_id)
        assert (push.status, push.reason) == (PushStatus.unknown, UnreachedReason.timed_out)
        assert [status for _, status, _ in play.attempts(push_id)] == ["unknown"]
        assert len(play.arrived()) == (0 if fault is PlayedFault.dropped else 1)

    @pytest.mark.parametrize("app", [App.miniprogram, App.official, App.work])
    def test_a_refused_token_is_renewed_and_the_call_made_once_more(self, play: Played, cast: Cast, app: App) -> None:
        push_id = _alone_on(play, cast, app)
        play.fail(PlayedFault.token_refused, app)
        play.send()
        assert [(status, code) for _, status, code in play.attempts(push_id)] == [("sent", 0)]
        assert len(play.arrived()) == 1

    @pytest.mark.parametrize("app", [App.miniprogram, App.official, App.work])
    def test_too_fast_holds_the_whole_account_up_until_the_next_minute(
        self, play: Played, cast: Cast, app: App
    ) -> None:
        push_id = _alone_on(play, cast, app)
        play.fail(PlayedFault.too_fast, app)
        other = play.push(cast.zhang_min, subject="later", next_at=NOW + timedelta(seconds=30))
        play.send()
        assert play.send(NOW + timedelta(seconds=30)) == 0
        assert play.row(push_id).next_at == play.row(other).next_at == NOW + timedelta(minutes=1)
        assert play.send(NOW + timedelta(minutes=1)) == 2

    @pytest.mark.parametrize("app", [App.miniprogram, App.official, App.work])
    def test_a_day_that_is_used_up_holds_up_who_has_no_other_channel(self, play: Played, cast: Cast, app: App) -> None:
        push_id = _alone_on(play, cast, app)
        play.fail(PlayedFault.quota, app)
        play.send()
        midnight = NOW + timedelta(hours=14)
        assert play.row(push_id).next_at == midnight
        with Session(play.engine) as session:
            assert [pause.until for pause in session.scalars(select(ChannelPause))] == [midnight]
        assert play.send(midnight) == 0  # quiet hours
        assert play.send(NOW + timedelta(hours=22)) == 1
        assert play.row(push_id).status == PushStatus.sent

    def test_a_day_that_is_used_up_sends_the_others_by_the_next_channel(self, play: Played, cast: Cast) -> None:
        play.agree(cast.zhang_min, times=2)
        play.know(cast.zhang_min, App.work)
        play.fail(PlayedFault.quota)
        ids = [play.push(cast.zhang_min, subject=subject) for subject in ("one", "two")]
        play.send(concurrency=1)
        play.send(NOW + timedelta(hours=14))
        assert [play.attempts(push_id)[-1] for push_id in ids][1] == ("work", "sent", 0)

    def test_nobody_listening_is_tried_again(self, play: Played, cast: Cast) -> None:
        play.agree(cast.zhang_min)
        push_id = play.push(cast.zhang_min)
        there, play.settings = play.settings, replace(play.settings, sandbox_url="http://127.0.0.1:9")
        play.send()
        assert play.row(push_id).status == PushStatus.waiting
        play.settings = there
        play.send(NOW + timedelta(minutes=2))
        assert [status for _, status, _ in play.attempts(push_id)] == ["retry", "sent"]


class TestTime:
    def test_a_push_whose_time_is_over_expires(self, play: Played, cast: Cast) -> None:
        play.agree(cast.zhang_min)
        push_id = play.push(cast.zhang_min, expires_at=NOW)
        assert play.send() == 0
        assert (play.row(push_id).status, play.row(push_id).reason) == (PushStatus.expired, UnreachedReason.too_late)

    def test_quiet_hours_are_kept_by_what_comes_late(self, play: Played, cast: Cast) -> None:
        play.agree(cast.zhang_min)
        push_id = play.push(cast.zhang_min)
        assert play.send(NOW + timedelta(hours=13)) == 0
        assert play.row(push_id).next_at == NOW + timedelta(hours=22)


class TestSendersThatDied:
    def test_a_push_left_sending_is_given_up_and_never_sent(self, play: Played, cast: Cast) -> None:
        play.agree(cast.zhang_min)
        push_id = _left_sending(play, cast, started_at=LONG_AGO)
        assert play.send() == 0
        assert (play.row(push_id).status, play.row(push_id).reason) == (PushStatus.unknown, UnreachedReason.timed_out)
        assert play.attempts(push_id) == [("subscription", "unknown", None)]

    def test_a_call_that_may_still_be_under_way_is_left_alone(self, play: Played, cast: Cast) -> None:
        with Session(play.engine) as session:
            just_now = database_now(session)
        push_id = _left_sending(play, cast, started_at=just_now - timedelta(seconds=100))
        assert play.send() == 0
        assert play.row(push_id).status == PushStatus.sending


class TestOthersWhoWereFaster:
    def test_a_push_given_up_during_its_call_stays_so_and_the_others_are_settled(
        self, play: Played, cast: Cast
    ) -> None:
        play.agree(cast.zhang_min, times=2)
        given_up, other = (play.push(cast.zhang_min, subject=subject) for subject in ("2026-04", "2026-05"))

        def give_up(session: Session) -> None:
            session.execute(update(Push).where(Push.id == given_up).values(status=PushStatus.unknown))

        assert _sent_while(play, give_up) == 2
        assert [play.row(push_id).status for push_id in (given_up, other)] == [PushStatus.unknown, PushStatus.sent]
        assert play.balance(cast.zhang_min) == 1

    def test_a_consent_that_goes_during_the_call_is_not_taken_twice(self, play: Played, cast: Cast) -> None:
        play.agree(cast.zhang_min)
        push_id = play.push(cast.zhang_min)

        def refuse_all(session: Session) -> None:
            quotas.empty(session, [Spend(cast.zhang_min.actor.identity_id, "score", push_id)], now=NOW)

        assert _sent_while(play, refuse_all) == 1
        assert play.row(push_id).status == PushStatus.sent
        assert play.balance(cast.zhang_min) == 0


def _sent_while(play: Played, act: Callable[[Session], None]) -> int:
    """Send what is due, while somebody else does something during every call; return how many calls were made."""
    sender = play.sender()
    called = sender._outcome

    def outcome(call: ChannelCall) -> SendOutcome:
        found = called(call)
        transaction(play.engine, act)
        return found

    sender._outcome = outcome  # type: ignore[method-assign]
    with time_machine.travel(NOW, tick=True):
        return sender.run(Event())


def test_no_more_pushes_are_sending_than_calls_may_run(play: Played, cast: Cast) -> None:
    play.agree(cast.zhang_min, times=30)
    for number in range(30):
        play.push(cast.zhang_min, subject=f"claim:{number}")
    most: list[int] = []
    sender = play.sender(4)
    step = sender._step

    def counted(*arguments: object) -> object:
        claimed = step(*arguments)  # type: ignore[arg-type]
        with Session(play.engine) as session:
            most.append(session.scalar(select(func.count()).where(Push.status == PushStatus.sending)) or 0)
        return claimed

    sender._step = counted  # type: ignore[method-assign, assignment]
    with time_machine.travel(NOW, tick=True):
        assert sender.run(Event()) == 30
    assert max(most) == 4
    assert len({message.content["thing1"] for message in play.arrived()}) == 1
    assert len(play.arrived()) == 30


def _alone_on(play: Played, cast: Cast, app: App) -> int:
    """A push for someone who can only be reached on one channel."""
    if app is App.miniprogram:
        play.agree(cast.zhang_min, times=5)
    else:
        play.know(cast.zhang_min, app)
    return play.push(cast.zhang_min)


def _left_sending(play: Played, cast: Cast, *, started_at: datetime) -> int:
    push_id = play.push(cast.zhang_min, status=PushStatus.sending, attempts=1, channel=Channel.subscription)
    with Session(play.engine) as session:
        session.add(
            PushAttempt(
                push_id=push_id,
                number=1,
                channel=Channel.subscription,
                status=AttemptStatus.sending,
                started_at=started_at,
            )
        )
        session.commit()
    return push_id
