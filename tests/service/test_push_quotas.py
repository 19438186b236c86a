"""The ledger of subscription messages: balances that are always the sum of their movements."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.db import transaction
from server.identity.models import WechatIdentity
from server.pushes import quotas, receipts
from server.pushes.models import Push, SubscriptionEntry, SubscriptionQuota
from server.pushes.quotas import Key, Spend
from server.pushes.rules import QuotaChange
from tests.at_once import at_once
from tests.cast import NOW, Cast
from tests.fuzzing import examples
from tests.pushed import add_push

TEMPLATES = st.sampled_from(["score", "claim"])
WHO = st.sampled_from(["zhang_min", "li_wei"])
WANTED = st.lists(st.tuples(WHO, TEMPLATES), max_size=4)
STEPS = st.one_of(
    st.tuples(st.just("accept"), WHO, st.lists(TEMPLATES, max_size=3)),
    st.tuples(st.just("spend"), WANTED),
    st.tuples(st.just("empty"), WANTED),
)


def books(session: Session) -> tuple[dict[Key, int], dict[Key, int]]:
    """Return the balances and the sums of their movements, those that are nothing left out."""
    entry = SubscriptionEntry
    sums = select(entry.identity_id, entry.template, func.sum(entry.amount)).group_by(entry.identity_id, entry.template)
    kept = select(SubscriptionQuota.identity_id, SubscriptionQuota.template, SubscriptionQuota.balance)
    balances, summed = (
        {(identity, template): int(total) for identity, template, total in session.execute(query) if total}
        for query in (kept, sums)
    )
    return balances, summed


@pytest.mark.sqlite_only
@hypothesis_settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=12))
def test_a_balance_is_the_sum_of_its_movements_after_any_sequence(
    session: Session, cast: Cast, steps: list[tuple[object, ...]]
) -> None:
    session.rollback()  # what another sequence left
    push_id = session.scalar(select(Push.id)) or add_push(session, cast, cast.zhang_min).id
    expected: Counter[Key] = Counter()
    for step in steps:
        _take(session, cast, step, expected, push_id)
        balances, summed = books(session)
        assert balances == summed == +expected


def _take(session: Session, cast: Cast, step: tuple[object, ...], expected: Counter[Key], push_id: int) -> None:
    kind, first, *rest = step
    if kind == "accept":
        identity = cast.people[str(first)].actor.identity_id
        templates = [str(template) for template in rest[0]]  # type: ignore[attr-defined]
        quotas.accept(session, identity_id=identity, templates=templates, now=NOW)
        expected.update((identity, template) for template in set(templates))
        return
    spends = [Spend(cast.people[who].actor.identity_id, template, push_id) for who, template in first]  # type: ignore[attr-defined]
    if kind == "spend":
        quotas.spend(session, spends, now=NOW)
        for key, wanted in Counter(spend.key for spend in spends).items():
            expected[key] -= min(wanted, expected[key])
    else:
        quotas.empty(session, spends, now=NOW)
        expected.update({key: -expected[key] for key in {spend.key for spend in spends}})


def test_each_push_takes_one_and_the_last_goes_without(session: Session, cast: Cast) -> None:
    identity = cast.zhang_min.actor.identity_id
    pushes = [add_push(session, cast, cast.zhang_min, subject=f"{number}") for number in range(3)]
    for _ in range(2):
        quotas.accept(session, identity_id=identity, templates=["score"], now=NOW)
    taken = quotas.spend(session, [Spend(identity, "score", push.id) for push in pushes], now=NOW)
    assert taken == {pushes[0].id, pushes[1].id}
    assert quotas.balances(session, [identity]) == {(identity, "score"): 0}
    used = select(SubscriptionEntry.push_id).where(SubscriptionEntry.change == QuotaChange.used)
    assert set(session.scalars(used)) == taken


def test_emptying_twice_is_noted_once(session: Session, cast: Cast) -> None:
    identity = cast.zhang_min.actor.identity_id
    push = add_push(session, cast, cast.zhang_min)
    for _ in range(3):
        quotas.accept(session, identity_id=identity, templates=["score", "claim"], now=NOW)
    for _ in range(2):
        quotas.empty(session, [Spend(identity, "score", push.id)], now=NOW)
    emptied = select(SubscriptionEntry.amount).where(SubscriptionEntry.change == QuotaChange.emptied)
    assert session.scalars(emptied).all() == [-3]
    assert quotas.balances(session, [identity]) == {(identity, "score"): 0, (identity, "claim"): 3}


def test_nothing_to_spend_and_nothing_to_empty_changes_nothing(session: Session, cast: Cast) -> None:
    push = add_push(session, cast, cast.zhang_min)
    spends = [Spend(cast.zhang_min.actor.identity_id, "score", push.id)]
    assert quotas.spend(session, spends, now=NOW) == quotas.spend(session, [], now=NOW) == set()
    quotas.empty(session, spends, now=NOW)
    assert books(session) == ({}, {})


def test_phones_and_senders_at_once_lose_no_message(engine: Engine, session: Session, cast: Cast) -> None:
    identity = cast.zhang_min.actor.identity_id
    pushes = [add_push(session, cast, cast.zhang_min, subject=f"{number}").id for number in range(4)]

    def accept(session: Session) -> set[int]:
        quotas.accept(session, identity_id=identity, templates=["score", "claim"], now=NOW)
        return set()

    def spending(push_id: int) -> Callable[[Session], set[int]]:
        return lambda session: quotas.spend(session, [Spend(identity, "score", push_id)], now=NOW)

    works = [accept] * 4 + [spending(push_id) for push_id in pushes]
    taken = set().union(*at_once(*(partial(transaction, engine, work) for work in works)))
    balances, summed = books(session)
    assert balances == summed
    assert balances[identity, "claim"] == 4
    assert balances.get((identity, "score"), 0) == 4 - len(taken)


def test_a_consent_is_withdrawn_in_the_app_and_of_the_templates_it_was_given_for(session: Session, cast: Cast) -> None:
    """Other apps may know other people under the same openid."""
    here = session.get_one(WechatIdentity, cast.zhang_min.actor.identity_id)
    others = [WechatIdentity(app_id=app_id, openid=here.openid, created_at=NOW) for app_id in ("another", "wx")]
    session.add_all(others)
    session.flush()
    ids = [here.id, *(other.id for other in others)]
    for identity_id in ids:
        quotas.accept(session, identity_id=identity_id, templates=["score", "claim"], now=NOW)
    for app_id in ("another", "wx", "unknown"):
        receipts.withdraw_consents(session, app_id=app_id, openid=here.openid, templates=["score"], now=NOW)
    left = quotas.balances(session, ids)
    assert [left[identity_id, "score"] for identity_id in ids] == [1, 0, 0]
    assert [left[identity_id, "claim"] for identity_id in ids] == [1, 1, 1]
