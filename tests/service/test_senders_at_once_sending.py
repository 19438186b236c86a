"""Two senders at once, and senders killed in the middle: nothing arrives twice, nothing is lost without a word."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from threading import Event
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from server.config import Settings
from server.db import make_engine
from server.pushes.models import Push, PushAttempt
from server.pushes.rules import AttemptStatus
from tests.at_once import at_once
from tests.cast import MORNING as NOW
from tests.cast import Cast
from tests.fuzzing import WHOLE
from tests.killing import killed_at
from tests.sending import Played, played

MANY = 60


@pytest.fixture
def play(engine: Engine, cast: Cast, settings: Settings) -> Iterator[Played]:
    with played(engine, cast, settings) as play:
        yield play


def _due(play: Played, cast: Cast, count: int) -> None:
    play.agree(cast.zhang_min, times=count)
    for number in range(count):
        content = {"month": f"第{number}条", "points": "1", "change": "2", "hint": "3"}
        play.push(cast.zhang_min, subject=f"number:{number}", content=content)


def _arrivals(play: Played) -> Counter[str]:
    return Counter(message.content["thing1"] for message in play.arrived())


def _statuses(play: Played) -> Counter[str]:
    with Session(play.engine) as session:
        return Counter(str(status) for status in session.scalars(select(Push.status)))


def test_two_senders_at_once_send_each_push_once_with_one_token(play: Played, cast: Cast) -> None:
    _due(play, cast, MANY)
    engines = [make_engine(play.engine.url.render_as_string(hide_password=False)) for _ in range(2)]
    with time_machine.travel(NOW, tick=True):
        senders = [play.sender(8, engine) for engine in engines]
        made = at_once(*(partial(sender.run, Event()) for sender in senders))
    for engine in engines:
        engine.dispose()
    assert sum(made) == MANY
    assert set(_arrivals(play).values()) == {1}
    assert len(_arrivals(play)) == MANY
    assert _statuses(play) == {"sent": MANY}
    assert play.balance(cast.zhang_min) == 0
    assert play.wechat.tokens.by_app["sandbox"].fetches == 1  # type: ignore[index]


def test_a_stopped_sender_brings_to_its_end_what_it_began_and_leaves_the_rest(play: Played, cast: Cast) -> None:
    _due(play, cast, MANY)
    stop = Event()
    sender = play.sender(4)
    begin = sender._begin

    def stopping(*arguments: Any) -> None:
        begin(*arguments)
        stop.set()

    sender._begin = stopping  # type: ignore[method-assign, assignment]
    with time_machine.travel(NOW, tick=True):
        assert sender.run(stop) == 4
    assert _statuses(play) == {"sent": 4, "waiting": MANY - 4}
    assert len(play.arrived()) == 4


@pytest.mark.thinned
@pytest.mark.parametrize("moment", range(2, 42, 4 if WHOLE else 8))
def test_a_sender_killed_at_any_moment_leaves_nothing_to_arrive_twice(play: Played, cast: Cast, moment: int) -> None:
    _due(play, cast, 12)
    with time_machine.travel(NOW, tick=True):  # the sandbox is asked for a token at the same time
        killed_at(play.engine, moment, lambda apart: play.sender(4, apart).run(Event()))
    _let_two_minutes_pass(play)
    _send_all(play)
    arrivals, statuses = _arrivals(play), _statuses(play)
    assert all(times == 1 for times in arrivals.values())
    assert set(statuses) <= {"sent", "unknown"}
    assert statuses["sent"] <= len(arrivals) <= statuses["sent"] + statuses["unknown"] == 12
    assert play.balance(cast.zhang_min) == 12 - statuses["sent"]


def _send_all(play: Played) -> None:
    """Send until nothing waits, minute by minute, from when the dead sender's lease of the token is over.

    For a moment the database keeps the rows of a sender that is dead, and others pass.
    """
    for minute in range(2, 52):
        play.send(NOW + timedelta(minutes=minute))
        if "waiting" not in _statuses(play):
            return
        time.sleep(0.1)


def _let_two_minutes_pass(play: Played) -> None:
    """What was being sent was begun long ago, as the database sees it."""
    with Session(play.engine) as session:
        left = update(PushAttempt).where(PushAttempt.status == AttemptStatus.sending)
        session.execute(left.values(started_at=NOW.replace(year=2020)))
        session.commit()
