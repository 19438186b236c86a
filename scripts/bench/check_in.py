"""A hall checks in: 64 phones at once, verified in full and durable, beside the same server's empty route."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from scripts.bench.databases import each_database
from scripts.bench.hall import ENVIRONMENT, Hall, Room, Seat, furnish
from scripts.bench.lines import Line, measured
from scripts.bench.phones import Answers, Phones, many_phones, request_bytes
from scripts.bench.serving import XIANFENG_RUN, Server, program_serving, serving
from server import clock
from server.db import make_engine

BENCH = "check_in"
SIZES = {"default": 2_000, "full": 10_000}
SEATS = 10_000
ROUNDS = 3
PHONES = 64
WORKERS = {"sqlite": 1, "mariadb": 2}
"""SQLite has only one writer at a time."""

ONE_BY_ONE = program_serving("scripts.bench.served.one_by_one:app")
EMPTY_SHARE = 0.4
GROUPED_GAIN = 5
SLOWEST_MS = 250


@dataclass(frozen=True, slots=True)
class Round:
    """One meeting's check-ins, and the empty route just before them."""

    empty: Answers
    check_ins: Answers


def run(size: str) -> Iterator[Line]:
    """Yield how fast a hall checks in, grouped and one by one, and how fast codes become tickets."""
    with many_phones() as phones:
        for name, url, directory in each_database():
            engine = make_engine(url)
            hall = furnish(engine, seats=SEATS, rooms=2 * ROUNDS + 2, now=clock.now())
            engine.dispose()
            yield from Bench(name, url, directory, phones, hall, SIZES[size]).lines()


@dataclass(frozen=True, slots=True)
class Bench:
    """The bench on one database. Each round takes a meeting of its own from `hall`."""

    database: str
    url: str
    directory: Path
    phones: Phones
    hall: Hall
    count: int

    def lines(self) -> Iterator[Line]:
        *rooms, cold, other = self.hall.rooms
        with self._server() as server:
            rounds = [self._round(server, room, self.count) for room in rooms[:ROUNDS]]
            unremembered = self._check_in(server, cold, self.count, remembered=False)
            tickets = self.phones.send(server.port, _exchanges(cold, self.count), phones=PHONES).expect(201)
        with self._server(ONE_BY_ONE) as server:
            singly = [self._round(server, room, self.count // 4) for room in rooms[ROUNDS:]]
        yield from self._rates(rounds, singly)
        empty = _rate(each.empty for each in rounds)
        yield self._beside_empty("rate_cold", unremembered, empty)
        yield self._beside_empty("tickets", tickets, empty)
        if find_spec("gunicorn"):
            yield from self._on_gunicorn(other, rounds)

    @contextmanager
    def _server(self, program: Sequence[str] = XIANFENG_RUN) -> Iterator[Server]:
        workers = WORKERS[self.database]
        with serving(self.url, self.directory, workers=workers, environment=ENVIRONMENT, program=program) as server:
            server.wait_until_ready(workers=workers)
            yield server

    def _round(self, server: Server, room: Room, count: int) -> Round:
        """Ask the empty route as often as members check in, and then let them."""
        empty = self.phones.send(server.port, [EMPTY] * max(count, SIZES["default"]), phones=PHONES).expect(200)
        return Round(empty, self._check_in(server, room, count))

    def _check_in(self, server: Server, room: Room, count: int, *, remembered: bool = True) -> Answers:
        """Let each member check in once; if `remembered`, they were refused with a bad ticket just before."""
        seats = self.hall.seats[:count]
        now = clock.now()
        before = [_check_in(seat, "no.ticket") for seat in seats] if remembered else []
        requests = [_check_in(seat, room.ticket(seat, now)) for seat in seats]
        return self.phones.send(server.port, requests, phones=PHONES, first=before).expect(201)

    def _rates(self, rounds: Sequence[Round], singly: Sequence[Round]) -> Iterator[Line]:
        """Yield the medians of the rounds against what was measured beside them."""
        grouped, alone = (_rate(each.check_ins for each in some) for some in (rounds, singly))
        empty = _rate(each.empty for each in rounds)
        ratio = median(each.check_ins.rate / each.empty.rate for each in rounds)
        yield self._line(
            "rate",
            grouped,
            "check-ins/s",
            against=f"the same server's empty route: {empty:,.0f}/s",
            ratio=ratio,
            goal=f">= {EMPTY_SHARE:.0%} of the empty route",
            met=ratio >= EMPTY_SHARE,
        )
        yield self._line(
            "rate",
            grouped,
            "check-ins/s",
            against=f"one commit per request: {alone:,.0f}/s",
            ratio=grouped / alone,
            goal=f">= {GROUPED_GAIN} ×" if self.database == "mariadb" else None,
            met=grouped / alone >= GROUPED_GAIN if self.database == "mariadb" else None,
        )
        slowest = median(each.check_ins.percentile(99) for each in rounds) * 1000
        yield self._line("p99", slowest, "ms", goal=f"< {SLOWEST_MS} ms", met=slowest < SLOWEST_MS)
        load = max(answers.client_load for each in rounds for answers in (each.empty, each.check_ins))
        yield self._line("client_load", load, "of a processor")

    def _beside_empty(self, metric: str, answers: Answers, empty: float) -> Line:
        against = f"the same server's empty route: {empty:,.0f}/s"
        return self._line(metric, answers.rate, "requests/s", against=against, ratio=answers.rate / empty)

    def _on_gunicorn(self, room: Room, rounds: Sequence[Round]) -> Iterator[Line]:
        """The same on gunicorn's threads, if it can be imported (it is not one of our dependencies)."""
        bind = [f"--workers={WORKERS[self.database]}", "--threads=32", "--worker-class=gthread", "--keep-alive=60"]
        program = ["-m", "gunicorn", "--reuse-port", *bind, "server.wsgi:app"]
        with self._server(program) as server:
            there = self._round(server, room, self.count)
        for metric, rate, here in (
            ("gunicorn_empty", there.empty.rate, _rate(each.empty for each in rounds)),
            ("gunicorn_rate", there.check_ins.rate, _rate(each.check_ins for each in rounds)),
        ):
            yield self._line(metric, rate, "requests/s", against=f"granian: {here:,.0f}/s", ratio=rate / here)

    def _line(self, metric: str, value: float, unit: str, **words: Any) -> Line:
        return measured(BENCH, metric, value, unit, database=self.database, **words)


EMPTY = request_bytes("GET", "/healthz")


def _check_in(seat: Seat, ticket: str) -> bytes:
    return request_bytes("POST", "/api/v1/check-ins", token=seat.token, body=json.dumps({"ticket": ticket}))


def _exchanges(room: Room, count: int) -> list[bytes]:
    body = json.dumps({"code": f"{room.public_id}.{room.code(clock.now())}"})
    return [request_bytes("POST", "/api/v1/check-in-tickets", body=body)] * count


def _rate(rounds: Iterable[Answers]) -> float:
    return median(each.rate for each in rounds)
