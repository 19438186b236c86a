"""One key, one act: what an equal call gets while the first is at work, and after it."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.db import transaction
from server.errors import DomainError
from server.identity import idempotency
from server.identity.models import IdempotencyRecord
from tests.cast import Cast
from tests.waiting import LONG


def claim(
    session: Session, cast: Cast, who: str = "zhang_min", *, route: str = "POST /", body_hash: str = "0" * 64
) -> IdempotencyRecord:
    caller = cast.people[who].actor.identity_id
    return idempotency.claim(session, identity_id=caller, key="k1", route=route, body_hash=body_hash, now=cast.now)


def act(session: Session, cast: Cast, answer: str) -> str:
    record = claim(session, cast)
    if not record.status:
        record.status, record.body = 201, answer
    return record.body


@contextmanager
def second_call(engine: Engine, cast: Cast) -> Iterator[Future[str]]:
    """Send an equal call; it is waiting when the body begins, and answered at the latest when it ends."""
    with ThreadPoolExecutor(1) as pool:
        sent = pool.submit(transaction, engine, lambda session: act(session, cast, "second"))
        with pytest.raises(TimeoutError):
            sent.result(timeout=0.3)
        yield sent


def test_an_equal_call_waits_for_the_first_and_gets_its_answer(engine: Engine, cast: Cast) -> None:
    with Session(engine) as first:
        act(first, cast, "first")
        first.flush()
        with second_call(engine, cast) as sent:
            first.commit()
            assert sent.result(timeout=LONG) == "first"


def test_an_equal_call_acts_itself_where_the_first_was_rolled_back(engine: Engine, cast: Cast) -> None:
    with Session(engine) as first:
        act(first, cast, "first")
        first.flush()
        with second_call(engine, cast) as sent:
            first.rollback()
            assert sent.result(timeout=LONG) == "second"


@pytest.mark.parametrize("other", [{"body_hash": "1" * 64}, {"route": "PUT /"}])
def test_another_body_or_route_is_refused(engine: Engine, cast: Cast, other: dict[str, str]) -> None:
    transaction(engine, lambda session: act(session, cast, "first"))
    with pytest.raises(DomainError) as refused:
        transaction(engine, lambda session: claim(session, cast, **other))
    assert refused.value.code == "idempotency_mismatch"


def test_a_key_is_its_callers_own(engine: Engine, cast: Cast) -> None:
    """A phone that another account is signed in on, and a key that two drew: nobody gets another's answer."""
    transaction(engine, lambda session: act(session, cast, "first"))
    record = transaction(engine, lambda session: claim(session, cast, "li_wei"))
    assert (record.status, record.body) == (0, "")
