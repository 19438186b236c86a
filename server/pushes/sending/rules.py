"""What error codes mean, when to try again, and by which channel. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from server.days import SHANGHAI
from server.pushes.rules import AttemptStatus, Channel, PushStatus, QuietHours, UnreachedReason

LONGEST_CALL = timedelta(minutes=2)
"""Time for fetching tokens twice, two calls and a slow commit; a `sending` push older than this has no sender."""

MOST_TRIES = 10
"""On one channel: nine backoff pauses, about six hours in all."""

_SHORTEST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)


class AnswerVerdict(StrEnum):
    """What an answer means for the push."""

    sent = "sent"
    backoff = "backoff"  # nothing was delivered: try again, later and later
    next_minute = "next_minute"  # 45011: the account is too fast, the whole account waits
    tomorrow = "tomorrow"  # 45009: the account's daily limit is used up
    emptied = "emptied"  # 43101 where consents are counted: there was none
    refused = "refused"  # the person cannot be reached here
    misconfigured = "misconfigured"  # our template, page or rights are wrong
    unknown = "unknown"  # it may have arrived


_VERDICTS: Mapping[int, AnswerVerdict] = {
    0: AnswerVerdict.sent,
    **dict.fromkeys((-1, 40001, 40014, 42001, 45033), AnswerVerdict.backoff),
    45011: AnswerVerdict.next_minute,
    45009: AnswerVerdict.tomorrow,
    **dict.fromkeys(
        (40013, 40037, 40165, 41030, 47001, 47003, 48001, 56001, 60020, 301002), AnswerVerdict.misconfigured
    ),
}
FINAL = frozenset({AnswerVerdict.emptied, AnswerVerdict.refused, AnswerVerdict.misconfigured})
"""No more tries on this channel; the next one may deliver it."""


def verdict(channel: Channel, errcode: int) -> AnswerVerdict:
    """Return what a channel's answer means. An unknown errcode: the person cannot be reached here."""
    if errcode == 43101 and channel is Channel.subscription:
        return AnswerVerdict.emptied
    return _VERDICTS.get(errcode, AnswerVerdict.refused)


def attempt_status(meaning: AnswerVerdict) -> AttemptStatus:
    if meaning in FINAL:
        return AttemptStatus.refused
    kept = {AnswerVerdict.sent: AttemptStatus.sent, AnswerVerdict.unknown: AttemptStatus.unknown}
    return kept.get(meaning, AttemptStatus.retry)


def next_status(meaning: AnswerVerdict, *, urgent: bool = False) -> PushStatus:
    """Return the state of a push after a call; an urgent one waits for the next channel."""
    if urgent:
        return PushStatus.waiting
    ends = {AnswerVerdict.sent: PushStatus.sent, AnswerVerdict.unknown: PushStatus.unknown}
    return ends.get(meaning, PushStatus.waiting)


def next_at(meaning: AnswerVerdict, *, tries: int, now: datetime) -> datetime:
    """Return when a push that waits again is looked at; `tries` includes the one just made."""
    if meaning is AnswerVerdict.backoff:
        return now + min(_SHORTEST_PAUSE * (1 << min(tries, 10) - 1), _LONGEST_PAUSE)
    return pause_until(meaning, now) or now


def pause_until(meaning: AnswerVerdict, now: datetime) -> datetime | None:
    """Return the time until which the whole account is left alone, or None."""
    if meaning is AnswerVerdict.next_minute:
        return now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    if meaning is AnswerVerdict.tomorrow:
        local = now.astimezone(SHANGHAI)
        return datetime(local.year, local.month, local.day, tzinfo=SHANGHAI).astimezone(now.tzinfo) + timedelta(days=1)
    return None


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """One earlier call for a push; refused without an errcode, it could not even be written."""

    channel: Channel
    status: AttemptStatus
    errcode: int | None


@dataclass(frozen=True, slots=True)
class Pause:
    until: datetime
    meaning: AnswerVerdict


@dataclass(frozen=True, slots=True)
class DeliveryFacts:
    """All that decides what becomes of a push now. `channels`: those of its occasion that are set up, in order.

    `addressed` are the channels with an address of the person; `agreed` those where any consent needed is left.
    What is `urgent` goes by all of them, once each, whatever the hour.
    """

    expires_at: datetime | None
    quiet: QuietHours
    channels: Sequence[Channel]
    addressed: frozenset[Channel]
    agreed: frozenset[Channel]
    pauses: Mapping[Channel, Pause] = field(default_factory=dict)
    tries: Sequence[PastAttempt] = ()
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class SendDecision:
    """`sending` names a channel, `waiting` a time, `unreachable` and `expired` a reason."""

    status: PushStatus
    channel: Channel | None = None
    next_at: datetime | None = None
    reason: UnreachedReason | None = None


def decide(standing: DeliveryFacts, *, now: datetime) -> SendDecision:
    """Return what becomes of a push that is due."""
    if standing.expires_at is not None and standing.expires_at <= now:
        return SendDecision(PushStatus.expired, reason=UnreachedReason.too_late)
    over_at = standing.quiet.over_at(now)
    if over_at > now and not standing.urgent:
        return SendDecision(PushStatus.waiting, next_at=over_at)
    return _by_channel(standing, now)


def _by_channel(standing: DeliveryFacts, now: datetime) -> SendDecision:
    """Take the first channel that is free; one whose daily limit is used up only delays a push that has no other."""
    later: list[datetime] = []
    for channel in standing.channels:
        if obstacle(standing, channel) is not None or _went_out(standing, channel):
            continue
        pause = standing.pauses.get(channel)
        if pause is None or pause.until <= now:
            return SendDecision(PushStatus.sending, channel)
        if pause.meaning is AnswerVerdict.next_minute:
            return SendDecision(PushStatus.waiting, next_at=pause.until)
        later.append(pause.until)
    if later:
        return SendDecision(PushStatus.waiting, next_at=min(later))
    went_out = {_went_out(standing, channel) for channel in standing.channels}
    if AttemptStatus.sent in went_out:
        return SendDecision(PushStatus.sent)
    if AttemptStatus.unknown in went_out:
        return SendDecision(PushStatus.unknown, reason=UnreachedReason.timed_out)
    return SendDecision(PushStatus.unreachable, reason=_reason(standing))


def _went_out(standing: DeliveryFacts, channel: Channel) -> AttemptStatus | None:
    """Return whether an urgent push was sent by a channel, or may have been: then only the others are left."""
    ended = {each.status for each in standing.tries if each.channel is channel}
    if not standing.urgent:
        return None
    if ended & {AttemptStatus.sent, AttemptStatus.delivered}:
        return AttemptStatus.sent
    return AttemptStatus.unknown if AttemptStatus.unknown in ended else None


_MOST_TELLING = (
    UnreachedReason.refused,
    UnreachedReason.undelivered,
    UnreachedReason.misconfigured,
    UnreachedReason.not_subscribed,
    UnreachedReason.not_bound,
)


def _reason(standing: DeliveryFacts) -> UnreachedReason:
    """Return the most telling of the channels' reasons."""
    reasons = {obstacle(standing, channel) for channel in standing.channels}
    return next((reason for reason in _MOST_TELLING if reason in reasons), UnreachedReason.no_channel)


def obstacle(standing: DeliveryFacts, channel: Channel) -> UnreachedReason | None:
    """Return why a push can never go by a channel, or None."""
    if channel not in standing.addressed:
        return UnreachedReason.not_bound
    tries = [each for each in standing.tries if each.channel is channel]
    for each in tries:
        if each.status is AttemptStatus.undelivered:
            return UnreachedReason.undelivered
        if each.status is AttemptStatus.refused:
            return UnreachedReason.misconfigured if each.errcode is None else _reason_of(verdict(channel, each.errcode))
    if Counter(each.status for each in tries)[AttemptStatus.retry] >= MOST_TRIES:
        return UnreachedReason.refused
    return None if channel in standing.agreed else UnreachedReason.not_subscribed


def _reason_of(meaning: AnswerVerdict) -> UnreachedReason:
    reasons = {
        AnswerVerdict.emptied: UnreachedReason.not_subscribed,
        AnswerVerdict.misconfigured: UnreachedReason.misconfigured,
    }
    return reasons.get(meaning, UnreachedReason.refused)
