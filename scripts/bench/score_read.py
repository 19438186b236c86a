"""What reading a score costs beside an empty route with one indexed SELECT, and whether it stays flat."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, Select, insert, select
from sqlalchemy.orm import Session

from scripts.bench.databases import each_database
from scripts.bench.lines import Line
from scripts.bench.reads import app_with_empty_route, growth_line, measure, read_line, sign_in, some_of
from server.db import make_engine
from server.organizations.models import Category, Member, Membership, Stage
from server.points import service
from server.points.models import Score, SourceKind
from server.points.service import Posting
from tests.cast import NOW, YEAR_START, make_cast

BENCH = "score_read"
SIZES = {"default": (1_000, 10_000), "full": (1_000, 10_000, 100_000)}
CHUNK_MEMBERS = 250
FACTS_EACH = 4
SHORT = "/api/v1/members/{}/score?year=2026"
EXPLAINED = "/api/v1/members/{}/score/explanation?year=2026"


def run(size: str) -> Iterator[Line]:
    """Yield milliseconds of the short and the explained score at each size, and how they grow."""
    for database, url, directory in each_database():
        engine = make_engine(url)
        with Session(engine, expire_on_commit=False) as session:
            cast = make_cast(session)
        app = app_with_empty_route(engine, directory, _points)
        added = 0
        explained: list[float] = []
        for members in SIZES[size]:
            member_ids = list(_add_members(engine, cast.root, cast.branch, added, members))
            added = members
            readers = sign_in(engine, cast.root, some_of(member_ids))
            empty, short, full = measure(app, readers, SHORT, EXPLAINED)
            explained.append(full)
            yield read_line(BENCH, database, f"score_{members}", short, empty=empty)
            yield read_line(BENCH, database, f"explained_{members}", full, empty=empty)
        yield growth_line(BENCH, database, explained[-1] / explained[0])
        engine.dispose()


def _points(member_id: int) -> Select[Any]:
    return select(Score.points).where(Score.member_id == member_id, Score.year == 2026)


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
