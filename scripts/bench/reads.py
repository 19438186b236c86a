"""How long a read takes beside an empty route with one indexed SELECT, in this process and through the whole app.

The server in front would add the same small amount to each.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask, Response
from sqlalchemy import Engine, Select
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from scripts.bench.lines import Line, measured
from server import config
from server.app import create_app
from server.db import reading
from server.identity import service as identity
from server.identity.models import Account, WechatIdentity
from tests.cast import NOW

ROUNDS = 8
READERS = 50
GOAL = "within 2 × of the empty route"
FLAT = 1.25
EMPTY = "/empty/{}"

Reader = tuple[int, str]
"""The id in the path, and a token."""


def app_with_empty_route(engine: Engine, directory: Path, query: Callable[[int], Select[Any]]) -> Flask:
    """Return the app with `EMPTY` as one more route: as little as a read can do, one SELECT by the id in its path."""
    app = create_app(config.load({"XIANFENG_DATA": str(directory / "var")}), engine)

    def empty(number: int) -> Response:
        with reading(engine) as session:
            return Response(str(session.scalar(query(number))))

    app.add_url_rule(EMPTY.format("<int:number>"), view_func=empty)
    return app


def some_of(all_ids: Sequence[int]) -> Sequence[int]:
    """Return at most `READERS` of the ids, spread over all."""
    return all_ids[:: max(len(all_ids) // READERS, 1)][:READERS]


def sign_in(engine: Engine, root_id: int, member_ids: Sequence[int]) -> list[Reader]:
    """Sign these members in; return (member, token)."""
    with Session(engine, expire_on_commit=False) as session:
        readers = []
        for member_id in member_ids:
            account = Account(root_id=root_id, member_id=member_id, name="党员", created_at=NOW)
            session.add(account)
            session.flush()
            row = WechatIdentity(app_id="bench", openid=str(member_id), account_id=account.id, created_at=NOW)
            session.add(row)
            session.flush()
            readers.append((member_id, identity.issue_token(session, identity_id=row.id, now=NOW, days=3650)))
        session.commit()
        return readers


def measure(app: Flask, readers: Sequence[Reader], *paths: str) -> list[float]:
    """Return seconds per read of the empty route and of each path; they take turns, medians count."""
    calls = [[_called(app, path.format(number), token) for number, token in readers] for path in (EMPTY, *paths)]
    times: list[list[float]] = [[] for _ in calls]
    for number in range(ROUNDS + 1):
        for reads, seconds in zip(calls, times, strict=True):
            taken = [_seconds_of(read) for read in reads]
            if number:
                seconds.extend(taken)
    return [median(seconds) for seconds in times]


def read_line(bench: str, database: str, metric: str, seconds: float, *, empty: float) -> Line:
    """Return a read's milliseconds, held against the empty route."""
    against, ratio = f"empty route with one SELECT: {empty * 1000:.2f} ms", seconds / empty
    return measured(
        bench,
        metric,
        seconds * 1000,
        "ms",
        database=database,
        against=against,
        ratio=ratio,
        goal=GOAL,
        met=ratio <= 2,
    )


def growth_line(bench: str, database: str, growth: float) -> Line:
    """Return how a read grows with the members there are."""
    return measured(bench, "growth", growth, "×", database=database, goal=f"flat: <= {FLAT} ×", met=growth <= FLAT)


def _called(app: Flask, path: str, token: str) -> Callable[[], None]:
    """Return what sends this request through the whole app. Raises RuntimeError for any answer but 200."""

    def call() -> None:
        environ = EnvironBuilder(path=path, headers=Headers([("Authorization", f"Bearer {token}")])).get_environ()
        body, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
        if status != "200 OK":
            raise RuntimeError(f"{path}: {status} {b''.join(body)!r}")

    return call


def _seconds_of(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
