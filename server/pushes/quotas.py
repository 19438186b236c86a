"""How many subscription messages a person still agrees to: one accept is one message, none lasts for ever.

Every movement is a row of the ledger; a balance is always the sum of its movements and never below zero. Balances are
locked in the order of (identity, template), so that senders and phones do not deadlock.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, insert, select, tuple_, update
from sqlalchemy.orm import Session

from server.db import added, changed_rows
from server.pushes.models import SubscriptionEntry, SubscriptionQuota
from server.pushes.rules import Overtaken, QuotaChange

Key = tuple[int, str]
"""Identity id and our key of the template."""

QUOTAS = cast(Table, SubscriptionQuota.__table__)
ENTRIES = cast(Table, SubscriptionEntry.__table__)
_KEY = tuple_(QUOTAS.c.identity_id, QUOTAS.c.template)


@dataclass(frozen=True, slots=True)
class Spend:
    """One message of a template that went to an identity for a push."""

    identity_id: int
    template: str
    push_id: int

    @property
    def key(self) -> Key:
        return self.identity_id, self.template


def accept(session: Session, *, identity_id: int, templates: Iterable[str], now: datetime) -> None:
    """Note that a person agreed to one more message of each of these templates."""
    for template in sorted(set(templates)):
        quota = _locked(session, [(identity_id, template)]).get((identity_id, template))
        quota = quota or _added(session, identity_id, template, now)
        _move(session, quota, QuotaChange.accepted, amount=1, now=now)
    session.flush()


def spend(session: Session, spends: Iterable[Spend], *, now: datetime, wary: bool = True) -> set[int]:
    """Take one from the balance behind each; return the push ids for which there was one.

    Senders call this for every batch; it takes a few statements whatever the size. Without `wary` the balances are not
    looked at first, and Overtaken is raised if one is missing.
    """
    wanted = sorted(spends, key=lambda each: (each.key, each.push_id))
    taken = _there(session, wanted) if wary else wanted
    used = Counter(each.key for each in taken)
    for amount in sorted(set(used.values())):
        _take(session, amount, sorted(key for key, count in used.items() if count == amount), now)
    if taken:
        session.execute(insert(ENTRIES), [_used(each, now) for each in taken])
        session.expire_all()
    return {each.push_id for each in taken}


def _there(session: Session, wanted: Sequence[Spend]) -> Sequence[Spend]:
    """Lock the balances, and return the spends that they cover."""
    left = _locked_balances(session, {each.key for each in wanted})
    covered = []
    for each in wanted:
        if left.get(each.key, 0) > 0:
            left[each.key] -= 1
            covered.append(each)
    return covered


def _take(session: Session, amount: int, keys: Sequence[Key], now: datetime) -> None:
    enough = update(QUOTAS).where(_KEY.in_(keys), QUOTAS.c.balance >= amount)
    changed = changed_rows(session, enough.values(balance=QUOTAS.c.balance - amount, updated_at=now))
    if changed != len(keys):
        raise Overtaken(f"{len(keys) - changed} balances were below {amount}")


def _locked_balances(session: Session, keys: Iterable[Key]) -> dict[Key, int]:
    query = select(QUOTAS.c.identity_id, QUOTAS.c.template, QUOTAS.c.balance).where(_KEY.in_(sorted(keys)))
    ordered = query.order_by(QUOTAS.c.identity_id, QUOTAS.c.template).with_for_update()
    return {(identity_id, template): balance for identity_id, template, balance in session.execute(ordered)}


def _used(spend: Spend, now: datetime) -> dict[str, Any]:
    return {
        "identity_id": spend.identity_id,
        "template": spend.template,
        "change": QuotaChange.used,
        "amount": -1,
        "push_id": spend.push_id,
        "at": now,
    }


def empty(session: Session, spends: Iterable[Spend], *, now: datetime) -> None:
    """Set balances to zero: WeChat says that the person has agreed to none (43101). Safe to repeat."""
    wanted = {each.key: each for each in spends}
    for key, quota in _locked(session, wanted).items():
        if quota.balance > 0:
            _move(session, quota, QuotaChange.emptied, amount=-quota.balance, push_id=wanted[key].push_id, now=now)
    session.flush()


def withdraw(session: Session, *, identity_id: int, templates: Iterable[str], now: datetime) -> None:
    """Set balances to zero: the person took their consent back. Safe to repeat."""
    for quota in _locked(session, [(identity_id, template) for template in set(templates)]).values():
        if quota.balance > 0:
            _move(session, quota, QuotaChange.emptied, amount=-quota.balance, now=now)
    session.flush()


def balances(session: Session, identity_ids: Iterable[int]) -> dict[Key, int]:
    """Return what is left, by identity and template; templates never agreed to are missing."""
    query = select(SubscriptionQuota.identity_id, SubscriptionQuota.template, SubscriptionQuota.balance)
    rows = session.execute(query.where(SubscriptionQuota.identity_id.in_(list(identity_ids))))
    return {(identity_id, template): balance for identity_id, template, balance in rows}


def _locked(session: Session, keys: Iterable[Key]) -> dict[Key, SubscriptionQuota]:
    query = (
        select(SubscriptionQuota)
        .where(tuple_(SubscriptionQuota.identity_id, SubscriptionQuota.template).in_(sorted(keys)))
        .order_by(SubscriptionQuota.identity_id, SubscriptionQuota.template)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {(quota.identity_id, quota.template): quota for quota in session.scalars(query)}


def _added(session: Session, identity_id: int, template: str, now: datetime) -> SubscriptionQuota:
    quota = SubscriptionQuota(identity_id=identity_id, template=template, balance=0, updated_at=now)
    if not added(session, quota):  # another phone made it in the same second
        return _locked(session, [(identity_id, template)])[identity_id, template]
    return quota


def _move(
    session: Session,
    quota: SubscriptionQuota,
    change: QuotaChange,
    *,
    amount: int,
    now: datetime,
    push_id: int | None = None,
) -> None:
    quota.balance += amount
    quota.updated_at = now
    session.add(
        SubscriptionEntry(
            identity_id=quota.identity_id,
            template=quota.template,
            change=change,
            amount=amount,
            push_id=push_id,
            at=now,
        )
    )
