"""How long pushes are kept, and that nothing else goes with them."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.config import Settings
from server.pushes import jobs, quotas, upkeep
from server.pushes.models import Push, PushAttempt, SubscriptionEntry, SubscriptionQuota
from server.pushes.quotas import Spend
from tests.cast import NOW, Cast
from tests.pushed import add_attempt, add_push

DAY = timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)


def purge(engine: Engine, settings: Settings) -> None:
    jobs.purge_pushes(engine, settings, NOW, NOW)


def test_a_push_is_kept_for_400_days(engine: Engine, session: Session, settings: Settings, cast: Cast) -> None:
    gone = add_push(session, cast, cast.zhang_min, subject="2025-04", due_at=NOW - 400 * DAY)
    add_attempt(session, gone, at=gone.due_at + 399 * DAY)
    kept = add_push(session, cast, cast.zhang_min, due_at=NOW - 400 * DAY + MICROSECOND)
    purge(engine, settings)
    assert session.scalars(select(Push.id)).all() == [kept.id]
    assert session.scalars(select(PushAttempt.id)).all() == []


def test_a_call_is_kept_for_90_days_and_its_push_stays(
    engine: Engine, session: Session, settings: Settings, cast: Cast
) -> None:
    push = add_push(session, cast, cast.zhang_min, due_at=NOW - 91 * DAY)
    add_attempt(session, push, number=1, at=NOW - 90 * DAY)
    kept = add_attempt(session, push, number=2, at=NOW - 90 * DAY + MICROSECOND)
    purge(engine, settings)
    assert session.scalars(select(PushAttempt.id)).all() == [kept.id]
    assert session.scalars(select(Push.id)).all() == [push.id]


def test_the_ledger_of_subscriptions_outlives_the_pushes_it_paid_for(
    engine: Engine, session: Session, settings: Settings, cast: Cast
) -> None:
    identity = cast.zhang_min.actor.identity_id
    push = add_push(session, cast, cast.zhang_min, due_at=NOW - 400 * DAY)
    for _ in range(2):
        quotas.accept(session, identity_id=identity, templates=["score"], now=push.due_at)
    quotas.spend(session, [Spend(identity, "score", push.id)], now=push.due_at)
    session.commit()
    purge(engine, settings)
    total = select(func.sum(SubscriptionEntry.amount), func.count())
    assert session.execute(total).one() == (1, 3)
    assert session.scalar(select(SubscriptionQuota.balance)) == 1


def test_many_are_deleted_batch_by_batch(
    engine: Engine, session: Session, settings: Settings, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "BATCH", 2)
    for number in range(5):
        add_push(session, cast, cast.zhang_min, subject=f"old {number}", due_at=NOW - 500 * DAY)
    assert upkeep.purge_pushes(session, now=NOW) == 2
    session.commit()
    purge(engine, settings)
    assert session.scalars(select(Push.id)).all() == []
