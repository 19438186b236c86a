"""Claim due pushes: from then on they are `sending`, and no other sender takes them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, insert, literal, select, update
from sqlalchemy.orm import Session

from server.db import changed_rows, now_of_database
from server.pushes.catalogue import CATALOGUE
from server.pushes.channels import accounts
from server.pushes.channels.message import ChannelMessage
from server.pushes.models import Push, PushAttempt
from server.pushes.rules import AttemptStatus, Channel, Overtaken, PushStatus
from server.pushes.sending.batch_facts import BatchFacts
from server.pushes.sending.configured_channels import ConfiguredChannels
from server.pushes.sending.rules import SendDecision, decide

PUSHES = cast(Table, Push.__table__)
ATTEMPTS = cast(Table, PushAttempt.__table__)
_COLUMNS = (
    *(Push.id, Push.recipient, Push.member_id, Push.account_id, Push.occasion, Push.content),
    *(Push.page, Push.expires_at, Push.attempts),
)


@dataclass(frozen=True, slots=True)
class ChannelCall:
    """One call to make, committed as an attempt before it is made. `number` counts the attempts for its push."""

    push_id: int
    number: int
    channel: Channel
    identity_id: int
    template: str
    message: ChannelMessage


@dataclass(frozen=True, slots=True)
class Claimed:
    """The calls to make, and how many pushes were looked at for them: 0 when nothing is due."""

    calls: Sequence[ChannelCall]
    looked_at: int


def claim(session: Session, configured: ConfiguredChannels, *, most: int, now: datetime) -> Claimed:
    """Decide the next due pushes, at most `most`, and mark those that are to be sent."""
    due = select(*_COLUMNS).where(Push.status == PushStatus.waiting, Push.next_at <= now)
    locked = due.order_by(Push.next_at, Push.id).limit(most).with_for_update(skip_locked=True)
    pushes = session.execute(locked).all()
    if not pushes:
        return Claimed((), 0)
    facts = BatchFacts(session, configured, pushes, now=now)
    calls: list[ChannelCall] = []
    decisions: dict[SendDecision, list[int]] = defaultdict(list)
    for push in pushes:
        decision = decide(facts.of(push), now=now)
        decisions[decision].append(push.id)
        if decision.channel is not None:
            calls.append(_call(configured, facts, push, decision.channel))
    _write(session, decisions, calls, now)
    return Claimed(calls, len(pushes))


def _call(configured: ConfiguredChannels, facts: BatchFacts, push: Row[Any], channel: Channel) -> ChannelCall:
    entry = CATALOGUE[push.occasion]
    address = facts.addresses[push.recipient][channel]
    facts.take_consent(channel, address, entry.template)
    message = ChannelMessage(
        push_id=push.id,
        address=address.openid,
        entry=entry,
        content=push.content,
        page=push.page,
        hides_figures=facts.preferences[push.recipient].hides_figures,
        template=configured.template(channel, entry.template),
        mini_program=accounts.mini_program_of(configured.settings),
        formal=configured.settings.production,
    )
    return ChannelCall(push.id, push.attempts + 1, channel, address.identity_id, entry.template, message)


def _write(
    session: Session, decisions: Mapping[SendDecision, Sequence[int]], calls: Sequence[ChannelCall], now: datetime
) -> None:
    for decision, push_ids in decisions.items():
        values: dict[str, Any] = {"status": decision.status}
        if decision.status is PushStatus.sending:
            values |= {"channel": decision.channel, "attempts": PUSHES.c.attempts + 1}
        elif decision.status is PushStatus.waiting:
            values |= {"next_at": decision.next_at}
        elif decision.status in (PushStatus.sent, PushStatus.unknown):  # urgent, by all channels that accepted it
            values |= {"reason": decision.reason, "finished_at": now}
        else:
            values |= {"channel": None, "reason": decision.reason, "finished_at": now}
        change_guarded(session, push_ids, PushStatus.waiting, values)
    if calls:
        _begin_attempts(session, [call.push_id for call in calls])


def _begin_attempts(session: Session, push_ids: Sequence[int]) -> None:
    """Add an attempt for each push that was just marked, by the database's time."""
    marked = select(
        PUSHES.c.id, PUSHES.c.attempts, PUSHES.c.channel, literal(AttemptStatus.sending), now_of_database(session)
    ).where(PUSHES.c.id.in_(push_ids))
    columns = ["push_id", "number", "channel", "status", "started_at"]
    session.execute(insert(ATTEMPTS).from_select(columns, marked))


def change_guarded(session: Session, push_ids: Sequence[int], seen: PushStatus, values: Mapping[str, Any]) -> None:
    """Change pushes that were seen in one state. Raises Overtaken if one has left it: then nothing may be written."""
    as_seen = update(PUSHES).where(PUSHES.c.id.in_(push_ids), PUSHES.c.status == seen)
    changed = changed_rows(session, as_seen.values(values))
    if changed != len(push_ids):
        raise Overtaken(f"{len(push_ids) - changed} pushes are no longer {seen}")
