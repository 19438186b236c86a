"""What a batch of pushes needs to be decided: addresses, consents, choices, earlier calls, pauses; a query for each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from server.identity.models import Account, WechatIdentity
from server.pushes import preferences, quotas
from server.pushes.catalogue import CATALOGUE
from server.pushes.models import ChannelPause, PushAttempt
from server.pushes.preferences import Preferences
from server.pushes.rules import AttemptStatus, Channel
from server.pushes.sending.post import Post
from server.pushes.sending.rules import Pause, Standing, Try, verdict


@dataclass(frozen=True, slots=True)
class Address:
    identity_id: int
    openid: str


Addresses = Mapping[Channel, Address]


class Standings:
    """The facts about a batch. A consent that one push of the batch takes is not there for the next."""

    def __init__(self, session: Session, post: Post, pushes: Sequence[Row[Any]]) -> None:
        self._post = post
        self.addresses = _addresses(session, post, pushes)
        self.preferences: Mapping[str, Preferences] = preferences.of(session, {push.recipient for push in pushes})
        consenting = [
            address.identity_id
            for known in self.addresses.values()
            for channel, address in known.items()
            if post.ways[channel].NEEDS_CONSENT
        ]
        self._balances = quotas.balances(session, consenting) if consenting else {}
        self._tries = _tries(session, [push.id for push in pushes if push.attempts])
        self._pauses = _pauses(session)

    def of(self, push: Row[Any]) -> Standing:
        known = self.addresses.get(push.recipient, {})
        template = CATALOGUE[push.occasion].template
        return Standing(
            expires_at=push.expires_at,
            quiet=self.preferences[push.recipient].quiet,
            channels=self._post.routes[push.occasion],
            addressed=frozenset(known),
            agreed=frozenset(channel for channel in known if self._agreed(channel, known, template)),
            pauses=self._pauses,
            tries=self._tries.get(push.id, ()),
        )

    def take_consent(self, channel: Channel, address: Address, template: str) -> None:
        if self._post.ways[channel].NEEDS_CONSENT:
            self._balances[address.identity_id, template] -= 1

    def _agreed(self, channel: Channel, known: Addresses, template: str) -> bool:
        if not self._post.ways[channel].NEEDS_CONSENT:
            return True
        return self._balances.get((known[channel].identity_id, template), 0) > 0


def _addresses(session: Session, post: Post, pushes: Sequence[Row[Any]]) -> Mapping[str, Addresses]:
    """Return by recipient where he is known."""
    members = {push.member_id: push.recipient for push in pushes if push.member_id is not None}
    accounts = {push.account_id: push.recipient for push in pushes if push.account_id is not None}
    found: dict[str, dict[Channel, Address]] = defaultdict(dict)
    for column, names in ((Account.member_id, members), (Account.id, accounts)):
        if not names:
            continue
        query = (
            select(column, WechatIdentity.app_id, WechatIdentity.id, WechatIdentity.openid)
            .join(WechatIdentity, WechatIdentity.account_id == Account.id)
            .where(column.in_(names), WechatIdentity.app_id.in_(post.app_ids))
        )
        for key, app_id, identity_id, openid in session.execute(query):
            found[names[key]][post.app_ids[app_id]] = Address(identity_id, openid)
    return found


def _tries(session: Session, push_ids: Sequence[int]) -> Mapping[int, Sequence[Try]]:
    tries: dict[int, list[Try]] = defaultdict(list)
    if push_ids:
        columns = (PushAttempt.push_id, PushAttempt.channel, PushAttempt.status, PushAttempt.errcode)
        query = select(*columns).where(PushAttempt.push_id.in_(push_ids)).order_by(PushAttempt.number)
        for push_id, channel, status, errcode in session.execute(query):
            tries[push_id].append(Try(Channel(channel), AttemptStatus(status), errcode))
    return tries


def _pauses(session: Session) -> Mapping[Channel, Pause]:
    rows: Sequence[tuple[Channel, datetime, int]] = session.execute(
        select(ChannelPause.channel, ChannelPause.until, ChannelPause.errcode)
    ).all()
    return {Channel(channel): Pause(until, verdict(Channel(channel), errcode)) for channel, until, errcode in rows}
