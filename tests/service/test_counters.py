"""Counting together: exact, whoever counts, and each window for itself."""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from server.db import make_engine, transaction
from server.identity import counters, upkeep
from server.identity.counters import AttemptCount
from tests.at_once import at_once
from tests.cast import NOW

MINUTE = timedelta(minutes=1)
KEY = counters.key_of("sign-in", "203.0.113.7")


def count(engine: Engine, now: datetime = NOW, key: str = KEY) -> AttemptCount:
    return transaction(engine, partial(counters.add, key=key, window=MINUTE, now=now))


def test_a_window_begins_with_the_first_and_ends_for_all(engine: Engine) -> None:
    assert count(engine) == AttemptCount(1, NOW + MINUTE)
    assert count(engine, NOW + MINUTE - timedelta(microseconds=1)) == AttemptCount(2, NOW + MINUTE)
    assert count(engine, NOW + MINUTE) == AttemptCount(1, NOW + 2 * MINUTE)


def test_what_is_over_is_not_read(engine: Engine, session: Session) -> None:
    count(engine)
    assert counters.read(session, [KEY, "other"], now=NOW) == {KEY: AttemptCount(1, NOW + MINUTE)}
    assert counters.read(session, [KEY], now=NOW + MINUTE) == {}
    assert counters.read(session, [], now=NOW) == {}


def test_each_counts_for_itself(engine: Engine) -> None:
    names = [
        ("sign-in", "a"),
        ("board", "a"),
        ("sign-in", "A"),
        ("sign-in", "a "),
        ("sign-i", "na"),
        ("sign-in", "\ud800"),
    ]
    keys = {counters.key_of(*name) for name in names}
    assert len(keys) == len(names)
    assert {count(engine, key=key).tries for key in keys} == {1}


def test_two_processes_that_count_at_once_lose_nothing(engine: Engine) -> None:
    other = make_engine(engine.url.render_as_string(hide_password=False))
    tries = at_once(*[partial(count, process) for process in (engine, other) for _ in range(12)])
    other.dispose()
    assert sorted(each.tries for each in tries) == list(range(1, 25))


def test_what_is_over_is_swept(engine: Engine, session: Session) -> None:
    count(engine)
    count(engine, NOW + MINUTE, key="later")
    assert upkeep.purge_counters(session, now=NOW + MINUTE) == 1
    assert upkeep.purge_counters(session, now=NOW + MINUTE) == 0
