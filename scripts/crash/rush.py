"""People who check in without pause, and the log of what they were told: the other side of a promise."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from itertools import groupby
from random import Random
from threading import Condition, Thread
from typing import Any, Self, TextIO

from scripts.bench.hall import Hall, Room, Seat
from server import clock

PHONES = 32
REPEATS = 0.1
"""How often somebody checks in again at a meeting that was acknowledged before."""

SHARING = 3
"""How many use one ticket: two are checked in, the third is held for the host."""

ACKNOWLEDGED = (200, 201, 202)

PAUSE_SECONDS = 0.05
"""Between two tries of a phone that got no answer."""

Key = tuple[int, int]
"""(meeting, member)."""


@dataclass(slots=True)
class Log:
    """What the phones were told, kept here and, line by line, in a file.

    `acknowledged` is when each (meeting, member) was recorded, or held, by the first answer. `broken` are sentences
    about answers that contradict the promise.
    """

    file: TextIO
    acknowledged: dict[Key, datetime] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    broken: list[str] = field(default_factory=list)
    changed: Condition = field(default_factory=Condition)

    def answered(self, key: Key, status: int, body: dict[str, Any]) -> bool:
        """Note an answer; return whether it acknowledges the check-in."""
        with self.changed:
            self.statuses[status] += 1
            if status in ACKNOWLEDGED:
                self._acknowledge(key, status, datetime.fromisoformat(body["checked_in_at"]))
            elif status != 503:
                self.broken.append(f"{key} was answered {status} {body}")
            return status in ACKNOWLEDGED

    def failed(self) -> None:
        """Note a connection that broke before the answer."""
        with self.changed:
            self.unanswered += 1

    def grows_by(self, more: int, *, seconds: float) -> bool:
        """Wait until that many more check-ins are acknowledged; return whether they were within the time."""
        with self.changed:
            wanted = len(self.acknowledged) + more
            return self.changed.wait_for(lambda: len(self.acknowledged) >= wanted, seconds)

    def _acknowledge(self, key: Key, status: int, checked_in_at: datetime) -> None:
        if status == 201 and key in self.acknowledged:
            self.broken.append(f"{key} was recorded as new for the second time")
        first = self.acknowledged.setdefault(key, checked_in_at)
        self.file.write(f"{clock.now().isoformat()} {status} {key} {checked_in_at.isoformat()}\n")
        self.file.flush()
        if first != checked_in_at:
            self.broken.append(f"{key} was recorded {first} and later {checked_in_at}")
        self.changed.notify_all()


class Rush:
    """Threads that check people in at `port`, which changes when the server starts anew, until they are stopped.

    Each member tries until they are acknowledged, with the ticket of their first try; some try again later.
    """

    def __init__(self, hall: Hall, log: Log, port: int, chance: Random) -> None:
        self.port = port
        self.log = log
        self._chance = chance
        self._todo = _everyone(hall, chance)
        self._stopped = False
        self._threads = [Thread(target=self._play, daemon=True) for _ in range(PHONES)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        for thread in self._threads:
            thread.join()

    def _play(self) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        done: list[tuple[Room, Seat]] = []
        while not self._stopped and (place := self._next(done)) is not None:
            connection = self._until_acknowledged(connection, *place)
            done.append(place)
        connection.close()

    def _next(self, done: list[tuple[Room, Seat]]) -> tuple[Room, Seat] | None:
        with self.log.changed:
            if done and self._chance.random() < REPEATS:
                return self._chance.choice(done)
            return next(self._todo, None)

    def _until_acknowledged(self, connection: HTTPConnection, room: Room, seat: Seat) -> HTTPConnection:
        """Try until it is acknowledged, over a new connection after each failure; return the one that stands."""
        body = json.dumps({"ticket": room.ticket(seat, clock.now(), sharing=SHARING)})
        headers = {"Authorization": f"Bearer {seat.token}", "Content-Type": "application/json"}
        while not self._stopped:
            try:
                connection.request("POST", "/api/v1/check-ins", body, headers)
                response = connection.getresponse()
                answer = json.loads(response.read())
            except (OSError, HTTPException):
                self.log.failed()
                connection.close()
                connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
            else:
                if self.log.answered((room.meeting_id, seat.member_id), response.status, answer):
                    break
            time.sleep(PAUSE_SECONDS)
        return connection


def _everyone(hall: Hall, chance: Random) -> Iterator[tuple[Room, Seat]]:
    """Fill one meeting after the other, in any order; members who share a ticket come together."""
    sharing = [list(seats) for _, seats in groupby(hall.seats, lambda seat: seat.member_id // SHARING)]
    for room in hall.rooms:
        chance.shuffle(sharing)
        for seats in sharing:
            yield from ((room, seat) for seat in seats)
