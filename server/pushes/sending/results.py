"""Store what became of calls, and of those whose sender is gone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.db import database_now
from server.pushes import quotas
from server.pushes.models import ChannelPause, Push, PushAttempt
from server.pushes.quotas import Spend
from server.pushes.rules import AttemptStatus, Channel, PushStatus, UnreachedReason
from server.pushes.sending import rules
from server.pushes.sending.claiming import ATTEMPTS, ChannelCall, change_guarded
from server.pushes.sending.configured_channels import ConfiguredChannels
from server.pushes.sending.rules import AnswerVerdict

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """`errcode` is None if no answer came, or if no call was made."""

    call: ChannelCall
    meaning: AnswerVerdict
    errcode: int | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class _OutcomeKind:
    """Outcomes that are written together. `tries` only matters where it decides how long to wait."""

    channel: Channel
    meaning: AnswerVerdict
    errcode: int | None
    tries: int
    urgent: bool


def settle(
    session: Session,
    configured: ConfiguredChannels,
    outcomes: Sequence[SendOutcome],
    *,
    now: datetime,
    wary: bool = True,
) -> None:
    """Store outcomes. Pushes that are no longer `sending` were given up meanwhile, and stay so.

    Without `wary` nothing is looked at first, and Overtaken is raised if pushes or consents have changed since.
    """
    if not outcomes:
        return
    ours = _still_ours(session, outcomes) if wary else outcomes
    kinds: dict[_OutcomeKind, list[ChannelCall]] = defaultdict(list)
    for outcome in sorted(ours, key=lambda outcome: outcome.call.push_id):
        kinds[_kind(outcome)].append(outcome.call)
    message_ids = {outcome.call.push_id: outcome.message_id for outcome in ours if outcome.message_id is not None}
    for kind, calls in kinds.items():
        _write(session, kind, [call.push_id for call in calls], message_ids, now)
    _count_consents(session, configured, kinds, now, wary=wary)


def _still_ours(session: Session, outcomes: Sequence[SendOutcome]) -> Sequence[SendOutcome]:
    ids = [outcome.call.push_id for outcome in outcomes]
    sending = select(Push.id).where(Push.id.in_(ids), Push.status == PushStatus.sending).with_for_update()
    held = set(session.scalars(sending))
    return [outcome for outcome in outcomes if outcome.call.push_id in held]


def _kind(outcome: SendOutcome) -> _OutcomeKind:
    tries = outcome.call.number if outcome.meaning is AnswerVerdict.backoff else 0
    urgent = outcome.call.message.entry.urgent
    return _OutcomeKind(outcome.call.channel, outcome.meaning, outcome.errcode, tries, urgent)


def _write(
    session: Session, kind: _OutcomeKind, push_ids: Sequence[int], message_ids: Mapping[int, str], now: datetime
) -> None:
    status = rules.next_status(kind.meaning, urgent=kind.urgent)
    values: dict[str, object] = {"status": status}
    if status is PushStatus.waiting:
        values["next_at"] = rules.next_at(kind.meaning, tries=kind.tries, now=now)
    else:
        values |= {"finished_at": now, "reason": UnreachedReason.timed_out if status is PushStatus.unknown else None}
    change_guarded(session, push_ids, PushStatus.sending, values)
    ended: dict[str, object] = {"status": rules.attempt_status(kind.meaning), "errcode": kind.errcode}
    if known := {push_id: message_ids[push_id] for push_id in push_ids if push_id in message_ids}:
        ended["message_id"] = case(known, value=ATTEMPTS.c.push_id)
    session.execute(
        update(ATTEMPTS)
        .where(ATTEMPTS.c.push_id.in_(push_ids), ATTEMPTS.c.status == AttemptStatus.sending)
        .values(**ended, finished_at=now)
    )
    until = rules.pause_until(kind.meaning, now)
    if until is not None and kind.errcode is not None:
        _pause(session, kind.channel, until, kind.errcode)


def _count_consents(
    session: Session,
    configured: ConfiguredChannels,
    kinds: dict[_OutcomeKind, list[ChannelCall]],
    now: datetime,
    *,
    wary: bool,
) -> None:
    used: list[Spend] = []
    emptied: list[Spend] = []
    for kind, calls in kinds.items():
        if configured.adapters[kind.channel].NEEDS_CONSENT and kind.meaning in (
            AnswerVerdict.sent,
            AnswerVerdict.emptied,
        ):
            spends = [Spend(call.identity_id, call.template, call.push_id) for call in calls]
            (used if kind.meaning is AnswerVerdict.sent else emptied).extend(spends)
    if used:
        quotas.spend(session, used, now=now, wary=wary)
    if emptied:
        quotas.empty(session, emptied, now=now)


def _pause(session: Session, channel: Channel, until: datetime, errcode: int) -> None:
    """Leave a channel alone until then, for all senders; a longer pause stays."""
    there = session.get(ChannelPause, channel, with_for_update=True, populate_existing=True)
    if there is None:
        try:
            with session.begin_nested():
                session.add(ChannelPause(channel=channel, until=until, errcode=errcode))
        except IntegrityError:  # another sender was told at the same moment
            there = session.get_one(ChannelPause, channel, with_for_update=True, populate_existing=True)
    if there is not None and there.until < until:
        there.until, there.errcode = until, errcode
    session.flush()


def recover(session: Session, *, now: datetime) -> int:
    """Give up pushes whose sender is gone: they may have arrived. Return how many, at most `AT_ONCE`.

    By the database's time, and only when no call can still be under way.
    """
    left = (
        select(PushAttempt.push_id)
        .join(Push, Push.id == PushAttempt.push_id)
        .where(
            Push.status == PushStatus.sending,
            PushAttempt.status == AttemptStatus.sending,
            PushAttempt.started_at < database_now(session) - rules.LONGEST_CALL,
        )
        .order_by(PushAttempt.push_id)
        .limit(AT_ONCE)
        .with_for_update()
    )
    push_ids = session.scalars(left).all()
    if push_ids:
        unknown = {"status": PushStatus.unknown, "reason": UnreachedReason.timed_out, "finished_at": now}
        change_guarded(session, push_ids, PushStatus.sending, unknown)
        attempts = update(ATTEMPTS).where(ATTEMPTS.c.push_id.in_(push_ids), ATTEMPTS.c.status == AttemptStatus.sending)
        session.execute(attempts.values(status=AttemptStatus.unknown, finished_at=now))
    return len(push_ids)
