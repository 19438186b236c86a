"""Occasions, channels, the states of a push, and when it may be sent. Pure."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from server.days import SHANGHAI, at_time


class Occasion(StrEnum):
    """What a person is told of. One push per person, occasion and subject, ever."""

    claim_reviewed = "claim_reviewed"
    claim_returned = "claim_returned"
    review_digest = "review_digest"
    meeting_planned = "meeting_planned"
    meeting_tomorrow = "meeting_tomorrow"
    meeting_changed = "meeting_changed"
    meeting_cancelled = "meeting_cancelled"
    leave_answered = "leave_answered"
    check_in_decided = "check_in_decided"
    statement_to_confirm = "statement_to_confirm"
    month_score = "month_score"
    bulletin = "bulletin"
    notice = "notice"
    notice_unread = "notice_unread"
    dues_reminder = "dues_reminder"
    at_risk = "at_risk"
    negative_decision = "negative_decision"
    year_end = "year_end"
    objection_progress = "objection_progress"
    feedback_named = "feedback_named"
    daily_head = "daily_head"
    keys_reset = "keys_reset"


class Channel(StrEnum):
    """Ways out of the app. The inbox is not one of them: every push is there from the beginning."""

    subscription = "subscription"  # 小程序订阅消息
    official = "official"  # 公众号模板消息
    work = "work"  # 企业微信应用消息


class PushStatus(StrEnum):
    waiting = "waiting"
    sending = "sending"  # an attempt is committed, its result is not
    sent = "sent"
    unknown = "unknown"  # crash or time-out after the call went out: never sent again
    unreachable = "unreachable"  # no channel took it: the branch tells the person
    expired = "expired"  # its time was over before it could be sent
    muted = "muted"  # the person wants this occasion in the inbox only


class AttemptStatus(StrEnum):
    sending = "sending"
    sent = "sent"
    delivered = "delivered"  # WeChat reported later that it arrived
    undelivered = "undelivered"  # WeChat had accepted it, and reported later that it did not arrive
    retry = "retry"  # not delivered, may be tried again on this channel
    refused = "refused"  # final on this channel
    unknown = "unknown"


class ReceiptKind(StrEnum):
    """What WeChat reports of a message that it had accepted."""

    delivered = "delivered"
    blocked = "blocked"  # the person wants nothing from this account
    failed = "failed"


class Overtaken(RuntimeError):
    """Rows have changed since they were read: another sender or a phone was faster, so nothing may be written."""


class QuotaChange(StrEnum):
    """Why the balance of a subscription template moved."""

    accepted = "accepted"  # +1: the person agreed to one more message
    used = "used"  # -1: one was sent
    emptied = "emptied"  # to 0: WeChat says there is none (43101), or the person withdrew it


class UnreachedReason(StrEnum):
    """Why a person was not reached; stored in `Push.reason`."""

    no_channel = "no_channel"  # none of the occasion's channels is set up
    not_bound = "not_bound"  # no WeChat identity on any channel
    not_subscribed = "not_subscribed"  # none of the channels has their consent
    refused = "refused"  # WeChat refused: blocked, unfollowed, openid gone
    undelivered = "undelivered"  # WeChat accepted it and could not deliver it
    misconfigured = "misconfigured"  # WeChat refused the template or its fields
    timed_out = "timed_out"  # no answer, or a crash: it may have arrived
    too_late = "too_late"  # its time was over before it could be sent
    stood_still = "stood_still"  # its time was over when it was written: no job had run


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When a person wants no message, in Shanghai: `begin` inclusive, `end` exclusive; equal ends mean never."""

    begin: time = time(22)
    end: time = time(8)

    def over_at(self, instant: datetime) -> datetime:
        """Return the end of the quiet hours that the instant falls into, or else the instant itself."""
        local = instant.astimezone(SHANGHAI)
        now = local.timetz().replace(tzinfo=None)
        over_midnight = self.begin > self.end
        quiet = now >= self.begin or now < self.end if over_midnight else self.begin <= now < self.end
        if not quiet:
            return instant
        day = local.date() + timedelta(days=1 if over_midnight and now >= self.begin else 0)
        return at_time(day, self.end).astimezone(instant.tzinfo)
