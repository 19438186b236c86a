"""What reading a score costs beside an empty route with one indexed SELECT, and whether it stays flat as members grow.

Both are called in this process through the whole app, so that the server in front adds the same nothing to each.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from statistics import median

from flask import Flask, Response
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from scripts.bench.databases import each_database
from scripts.bench.lines import Line, measured
from server import config
from server.app import create_app
from server.db import make_engine, reading
from server.identity import service as identity
from server.identity.models import Account, WechatIdentity
from server.organizations.models import Category, Member, Membership, Stage
from server.points import service
from server.points.models import Score, SourceKind
from server.points.service import Posting
from tests.cast import NOW, YEAR_START, make_cast

BENCH = "score_read"
SIZES = {"default": (1_000, 10_000), "full": (1_000, 10_000, 100_000)}
CHUNK_MEMBERS = 250
READERS = 50
ROUNDS = 6
FACTS_EACH = 4
GOAL = "within 2 × of the empty route"
FLAT = 1.25


def run(size: str) -> Iterator[Line]:
    """Yield milliseconds of the short and the explained score at each size, and how they grow."""
    for database, url, directory in each_database():
        engine = make_engine(url)
        with Session(engine, expire_on_commit=False) as session:
            cast = make_cast(session)
        app = _app(engine, directory)
        added = 0
        explained: list[float] = []
        for members in SIZES[size]:
            member_ids = list(_add_members(engine, cast.root, cast.branch, added, members))
            added = members
            readers = sign_in(engine, cast.root, member_ids[:: max(len(member_ids) // READERS, 1)][:READERS])
            empty, short, full = _measure(app, readers)
            explained.append(full)
            yield _line(database, f"score_{members}", short, empty)
            yield _line(database, f"explained_{members}", full, empty)
        growth = explained[-1] / explained[0]
        yield measured(BENCH, "growth", growth, "×", database=database, goal=f"flat: <= {FLAT} ×", met=growth <= FLAT)
        engine.dispose()


def _line(database: str, metric: str, seconds: float, empty: float) -> Line:
    ratio = seconds / empty
    against = f"empty route with one SELECT: {empty * 1000:.2f} ms"
    return measured(
        BENCH,
        metric,
        seconds * 1000,
        "ms",
        database=database,
        against=against,
        ratio=ratio,
        goal=GOAL,
        met=ratio <= 2,
    )


def _app(engine: Engine, directory: Path) -> Flask:
    """The app with one more route: as little as a read can do."""
    app = create_app(config.load({"XIANFENG_DATA": str(directory / "var")}), engine)

    def empty(member_id: int) -> Response:
        with reading(engine) as session:
            points = session.scalar(select(Score.points).where(Score.member_id == member_id, Score.year == 2026))
        return Response(str(points))

    app.add_url_rule("/empty/<int:member_id>", view_func=empty)
    return app


def _measure(app: Flask, readers: Sequence[tuple[int, str]]) -> tuple[float, float, float]:
    """Return seconds per empty read, short score and explained score; the three take turns, medians count."""
    paths = ("/empty/{}", "/api/v1/members/{}/score?year=2026", "/api/v1/members/{}/score/explanation?year=2026")
    calls = [[called(app, path.format(member_id), token) for member_id, token in readers] for path in paths]
    times: list[list[float]] = [[] for _ in paths]
    for number in range(ROUNDS + 1):
        for reads, seconds in zip(calls, times, strict=True):
            taken = [seconds_of(read) for read in reads]
            if number:
                seconds.extend(taken)
    empty, short, full = (median(seconds) for seconds in times)
    return empty, short, full


def called(app: Flask, path: str, token: str) -> Callable[[], None]:
    """Return what sends this request through the whole app. Raises RuntimeError for any answer but 200."""

    def call() -> None:
        environ = EnvironBuilder(path=path, headers=Headers([("Authorization", f"Bearer {token}")])).get_environ()
        body, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
        if status != "200 OK":
            raise RuntimeError(f"{path}: {status} {b''.join(body)!r}")

    return call


def seconds_of(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _add_members(engine: Engine, root_id: int, branch_id: int, start: int, stop: int) -> Iterator[int]:
    """Add members with a year of openings and facts, through the service; yield their ids."""
    for first in range(start, stop, CHUNK_MEMBERS):
        with Session(engine, expire_on_commit=False) as session:
            numbers = range(first, min(first + CHUNK_MEMBERS, stop))
            members = [_member(root_id, number) for number in numbers]
            session.add_all(members)
            session.flush()
            ids = [member.id for member in members]
            session.execute(
                insert(Membership),
                [{"member_id": i, "organization_id": branch_id, "from_date": YEAR_START} for i in ids],
            )
            service.post(session, [fact for member_id in ids for fact in _facts(member_id)], now=NOW)
            session.commit()
            yield from ids


def _member(root_id: int, number: int) -> Member:
    return Member(
        root_id=root_id,
        name=f"党员{number}",
        work_number=f"bench{number}",
        category=Category.staff,
        stage=Stage.full,
        created_at=NOW,
        updated_at=NOW,
    )


def _facts(member_id: int) -> list[Posting]:
    return [
        Posting(member_id, "C04", date(2026, number, 5), SourceKind.claim, number, points=Decimal(1))
        for number in range(1, FACTS_EACH + 1)
    ]


def sign_in(engine: Engine, root_id: int, member_ids: Sequence[int]) -> list[tuple[int, str]]:
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
