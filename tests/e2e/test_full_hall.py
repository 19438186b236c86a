"""A full hall: a thousand phones check in within seconds, each three times at once, over the running server."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scripts.bench.databases import mariadb_database, sqlite_database
from scripts.bench.hall import SECRET, Hall, furnish
from scripts.bench.phones import many_phones, request_bytes
from scripts.bench.serving import serving
from server import clock
from server.db import make_engine
from server.meetings.models import Attendance
from tests.mariadb import missing_mariadb

MEMBERS = 1_000
PHONES = 64
TIMES = 3


@pytest.fixture(params=["sqlite", "mariadb"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path, int]]:
    """A migrated database, its directory, and how many workers serve it."""
    monkeypatch.setenv("XIANFENG_SECRET_KEY", SECRET)
    if request.param == "sqlite":
        with sqlite_database() as (url, directory):
            yield url, directory, 1
        return
    if why := missing_mariadb():
        pytest.skip(why)
    with mariadb_database() as (url, directory):
        yield url, directory, 2


def test_a_thousand_members_check_in_three_times_at_once(place: tuple[str, Path, int]) -> None:
    url, directory, workers = place
    engine = make_engine(url)
    hall = furnish(engine, seats=MEMBERS, rooms=1, now=clock.now())
    with many_phones() as phones, serving(url, directory, workers=workers) as server:
        server.wait_until_ready()
        answers = phones.send(server.port, _requests(hall), phones=PHONES)
    assert answers.statuses == {201: MEMBERS, 200: MEMBERS * (TIMES - 1)}, answers.complaint
    with Session(engine) as session:
        assert session.scalar(select(func.count()).select_from(Attendance)) == MEMBERS
    engine.dispose()


def _requests(hall: Hall) -> list[bytes]:
    """Return three check-ins of each member, one after the other, so that different phones send them at once."""
    (room,) = hall.rooms
    now = clock.now()
    return [
        request_bytes(
            "POST", "/api/v1/check-ins", token=seat.token, body=json.dumps({"ticket": room.ticket(seat, now)})
        )
        for seat in hall.seats
        for _ in range(TIMES)
    ]
