"""What error codes mean, when to try again, and which channel is next."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.pushes.rules import AttemptStatus, Channel, PushStatus, QuietHours, UnreachedReason
from server.pushes.sending.rules import (
    MOST_TRIES,
    AnswerVerdict,
    DeliveryFacts,
    PastAttempt,
    Pause,
    SendDecision,
    attempt_status,
    decide,
    next_at,
    next_status,
    pause_until,
    verdict,
)

NOW = datetime(2026, 6, 18, 2, 0, 30, tzinfo=UTC)
BOTH = (Channel.subscription, Channel.official)
STANDING = DeliveryFacts(None, QuietHours(), BOTH, frozenset(BOTH), frozenset(BOTH))


@pytest.mark.parametrize(
    ("errcode", "meaning"),
    [
        (0, AnswerVerdict.sent),
        (-1, AnswerVerdict.backoff),
        (40001, AnswerVerdict.backoff),
        (40014, AnswerVerdict.backoff),
        (42001, AnswerVerdict.backoff),
        (45011, AnswerVerdict.next_minute),
        (45009, AnswerVerdict.tomorrow),
        (40003, AnswerVerdict.refused),
        (43004, AnswerVerdict.refused),
        (43117, AnswerVerdict.refused),
        (45168, AnswerVerdict.refused),
        (81013, AnswerVerdict.refused),
        (99999, AnswerVerdict.refused),
        (40037, AnswerVerdict.misconfigured),
        (41030, AnswerVerdict.misconfigured),
        (47003, AnswerVerdict.misconfigured),
    ],
)
@pytest.mark.parametrize("channel", Channel)
def test_an_error_code_means_the_same_on_every_channel(channel: Channel, errcode: int, meaning: AnswerVerdict) -> None:
    assert verdict(channel, errcode) is meaning


def test_no_consent_empties_a_balance_only_where_there_is_one() -> None:
    assert verdict(Channel.subscription, 43101) is AnswerVerdict.emptied
    assert verdict(Channel.official, 43101) is AnswerVerdict.refused


@pytest.mark.parametrize("meaning", AnswerVerdict)
def test_only_what_arrived_or_may_have_is_over(meaning: AnswerVerdict) -> None:
    over = meaning in (AnswerVerdict.sent, AnswerVerdict.unknown)
    assert (next_status(meaning) is not PushStatus.waiting) == over
    assert (attempt_status(meaning) is AttemptStatus.sent) == (meaning is AnswerVerdict.sent)


def test_backoff_doubles_up_to_an_hour() -> None:
    pauses = [next_at(AnswerVerdict.backoff, tries=tries, now=NOW) - NOW for tries in range(1, 12)]
    assert pauses == [timedelta(minutes=each) for each in (1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60)]


def test_the_next_minute_and_the_next_day_in_shanghai() -> None:
    assert pause_until(AnswerVerdict.next_minute, NOW) == datetime(2026, 6, 18, 2, 1, tzinfo=UTC)
    assert pause_until(AnswerVerdict.tomorrow, NOW) == datetime(2026, 6, 18, 16, 0, tzinfo=UTC)
    last_second = datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)
    assert pause_until(AnswerVerdict.tomorrow, last_second) == datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert pause_until(AnswerVerdict.tomorrow, last_second + timedelta(seconds=1)) == datetime(
        2027, 1, 1, 16, 0, tzinfo=UTC
    )
    assert pause_until(AnswerVerdict.backoff, NOW) is None


@pytest.mark.parametrize("order", [BOTH, BOTH[::-1]])
def test_the_order_of_channels_is_given(order: tuple[Channel, ...]) -> None:
    assert decide(replace(STANDING, channels=order), now=NOW) == SendDecision(PushStatus.sending, order[0])


def test_expiry_comes_before_all_else_and_holds_from_its_very_instant() -> None:
    night = NOW + timedelta(hours=14)
    for expires_at, status in ((night, PushStatus.expired), (night + timedelta(seconds=1), PushStatus.waiting)):
        assert decide(replace(STANDING, expires_at=expires_at), now=night).status is status


def test_a_minutes_pause_is_waited_for_a_days_pause_is_gone_round() -> None:
    minute, day = NOW + timedelta(seconds=30), NOW + timedelta(hours=14)
    short = replace(STANDING, pauses={Channel.subscription: Pause(minute, AnswerVerdict.next_minute)})
    long = replace(STANDING, pauses={Channel.subscription: Pause(day, AnswerVerdict.tomorrow)})
    assert decide(short, now=NOW) == SendDecision(PushStatus.waiting, next_at=minute)
    assert decide(short, now=minute) == SendDecision(PushStatus.sending, Channel.subscription)
    assert decide(long, now=NOW) == SendDecision(PushStatus.sending, Channel.official)
    alone = replace(long, addressed=frozenset({Channel.subscription}))
    assert decide(alone, now=NOW) == SendDecision(PushStatus.waiting, next_at=day)


def _after(*tries: PastAttempt, **others: object) -> SendDecision:
    return decide(replace(STANDING, tries=tries, **others), now=NOW)  # type: ignore[arg-type]


def test_a_refusal_is_final_on_its_channel_alone() -> None:
    refused = PastAttempt(Channel.subscription, AttemptStatus.refused, 40003)
    assert _after(refused).channel is Channel.official
    assert _after(refused, channels=(Channel.subscription,)).reason is UnreachedReason.refused


def test_a_channel_is_given_up_after_so_many_tries() -> None:
    retry = PastAttempt(Channel.subscription, AttemptStatus.retry, -1)
    assert _after(*[retry] * (MOST_TRIES - 1)).channel is Channel.subscription
    assert _after(*[retry] * MOST_TRIES).channel is Channel.official


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"channels": ()}, UnreachedReason.no_channel),
        ({"addressed": frozenset()}, UnreachedReason.not_bound),
        ({"agreed": frozenset()}, UnreachedReason.not_subscribed),
        ({"agreed": frozenset(), "addressed": frozenset({Channel.official})}, UnreachedReason.not_subscribed),
    ],
)
def test_who_cannot_be_reached_is_said_why(changes: dict[str, object], reason: UnreachedReason) -> None:
    assert _after(**changes) == SendDecision(PushStatus.unreachable, reason=reason)


class TestUrgent:
    URGENT = replace(STANDING, urgent=True)

    def test_it_waits_for_no_hour_and_goes_by_one_channel_after_the_other(self) -> None:
        night = datetime(2026, 6, 18, 16, 0, tzinfo=UTC)
        assert decide(STANDING, now=night).status is PushStatus.waiting
        assert decide(self.URGENT, now=night) == SendDecision(PushStatus.sending, Channel.subscription)
        tried = replace(self.URGENT, tries=(PastAttempt(Channel.subscription, AttemptStatus.sent, 0),))
        assert decide(tried, now=night) == SendDecision(PushStatus.sending, Channel.official)

    @pytest.mark.parametrize(
        ("first", "second", "end"),
        [
            (AttemptStatus.sent, AttemptStatus.delivered, PushStatus.sent),
            (AttemptStatus.unknown, AttemptStatus.sent, PushStatus.sent),
            (AttemptStatus.unknown, AttemptStatus.unknown, PushStatus.unknown),
            (AttemptStatus.refused, AttemptStatus.unknown, PushStatus.unknown),
            (AttemptStatus.undelivered, AttemptStatus.sent, PushStatus.sent),
            (AttemptStatus.refused, AttemptStatus.undelivered, PushStatus.unreachable),
        ],
    )
    def test_it_is_over_once_each_channel_was_tried_and_never_twice_by_one(
        self, first: AttemptStatus, second: AttemptStatus, end: PushStatus
    ) -> None:
        tries = (PastAttempt(Channel.subscription, first, 43004), PastAttempt(Channel.official, second, 43004))
        assert decide(replace(self.URGENT, tries=tries), now=NOW).status is end

    def test_after_a_call_it_always_looks_for_the_next_channel(self) -> None:
        assert {next_status(meaning, urgent=True) for meaning in AnswerVerdict} == {PushStatus.waiting}
