"""What is needed to decide a batch of pushes: addresses, consents, choices, earlier calls, pauses; a query for each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select
from sqlalchemy.orm import Session

from server.identity.models import Account, WechatIdentity
from server.organizations.four_eyes import still_bars
from server.organizations.models import KeyReset
from server.pushes import preferences, quotas
from server.pushes.catalogue import CATALOGUE
from server.pushes.models import ChannelPause, PushAttempt
from server.pushes.preferences import Preferences
from server.pushes.rules import AttemptStatus, Channel
from server.pushes.sending.configured_channels import ConfiguredChannels
from server.pushes.sending.rules import DeliveryFacts, PastAttempt, Pause, verdict


@dataclass(frozen=True, slots=True)
class Address:
    identity_id: int
    openid: str


Addresses = Mapping[Channel, Address]


class BatchFacts:
    """The facts about a batch. A consent that one push of the batch uses is gone for the next."""

    def __init__(
        self, session: Session, configured: ConfiguredChannels, pushes: Sequence[Row[Any]], *, now: datetime
    ) -> None:
        self._configured = configured
        self.addresses = _addresses(session, configured, pushes, now)
        self.preferences: Mapping[str, Preferences] = preferences.of(session, {push.recipient for push in pushes})
        consenting = [
            address.identity_id
            for known in self.addresses.values()
            for channel, address in known.items()
            if configured.adapters[channel].NEEDS_CONSENT
        ]
        self._balances = quotas.balances(session, consenting) if consenting else {}
        self._tries = _tries(session, [push.id for push in pushes if push.attempts])
        self._pauses = _pauses(session)

    def of(self, push: Row[Any]) -> DeliveryFacts:
        known = self.addresses.get(push.recipient, {})
        entry = CATALOGUE[push.occasion]
        return DeliveryFacts(
            expires_at=push.expires_at,
            quiet=self.preferences[push.recipient].quiet,
            channels=self._configured.routes[push.occasion],
            addressed=frozenset(known),
            agreed=frozenset(channel for channel in known if self._agreed(channel, known, entry.template)),
            pauses=self._pauses,
            tries=self._tries.get(push.id, ()),
            urgent=entry.urgent,
        )

    def take_consent(self, channel: Channel, address: Address, template: str) -> None:
        if self._configured.adapters[channel].NEEDS_CONSENT:
            self._balances[address.identity_id, template] -= 1

    def _agreed(self, channel: Channel, known: Addresses, template: str) -> bool:
        if not self._configured.adapters[channel].NEEDS_CONSENT:
            return True
        return self._balances.get((known[channel].identity_id, template), 0) > 0


def _addresses(
    session: Session, configured: ConfiguredChannels, pushes: Sequence[Row[Any]], now: datetime
) -> Mapping[str, Addresses]:
    """Return each recipient's addresses by channel.

    Urgent pushes go to the addresses from before a recent key reset, whoever has signed in since.
    """
    found: dict[str, dict[Channel, Address]] = defaultdict(dict)
    urgent = [push for push in pushes if CATALOGUE[push.occasion].urgent]
    lately = select(KeyReset.account_id).where(still_bars(now))
    known = WechatIdentity.account_id == Account.id
    formerly = and_(WechatIdentity.former_account_id == Account.id, Account.id.in_(lately))
    for some, whose in ((pushes, known), (urgent, formerly)):
        members = {push.member_id: push.recipient for push in some if push.member_id is not None}
        accounts = {push.account_id: push.recipient for push in some if push.account_id is not None}
        for column, names in ((Account.member_id, members), (Account.id, accounts)):
            if not names:
                continue
            query = (
                select(column, WechatIdentity.app_id, WechatIdentity.id, WechatIdentity.openid)
                .join(WechatIdentity, whose)
                .where(column.in_(names), WechatIdentity.app_id.in_(configured.app_ids))
            )
            for key, app_id, identity_id, openid in session.execute(query):
                found[names[key]][configured.app_ids[app_id]] = Address(identity_id, openid)
    return found


def _tries(session: Session, push_ids: Sequence[int]) -> Mapping[int, Sequence[PastAttempt]]:
    tries: dict[int, list[PastAttempt]] = defaultdict(list)
    if push_ids:
        columns = (PushAttempt.push_id, PushAttempt.channel, PushAttempt.status, PushAttempt.errcode)
        query = select(*columns).where(PushAttempt.push_id.in_(push_ids)).order_by(PushAttempt.number)
        for push_id, channel, status, errcode in session.execute(query):
            tries[push_id].append(PastAttempt(Channel(channel), AttemptStatus(status), errcode))
    return tries


def _pauses(session: Session) -> Mapping[Channel, Pause]:
    rows: Sequence[tuple[Channel, datetime, int]] = session.execute(
        select(ChannelPause.channel, ChannelPause.until, ChannelPause.errcode)
    ).all()
    return {Channel(channel): Pause(until, verdict(Channel(channel), errcode)) for channel, until, errcode in rows}
