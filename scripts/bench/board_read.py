"""What reading a branch's board costs beside an empty route with one indexed SELECT, and whether it stays flat.

Members of branches of 27 each read theirs: their own place, and the full list. As in score_read both routes are called
in this process through the whole app; a worker remembers the figures of a statement, which never change.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from statistics import median

from flask import Flask, Response
from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.orm import Session

from scripts.bench.databases import each_database
from scripts.bench.lines import Line, measured
from scripts.bench.score_read import called, seconds_of, sign_in
from server import config
from server.app import create_app
from server.db import make_engine, reading
from server.identity.models import Account, Token, WechatIdentity
from server.organizations.models import Category, Member, Membership, Organization, OrganizationKind, Stage
from server.statements.models import Statement, StatementLine, StatementSection
from server.statements.rules import StatementStatus
from tests.cast import NOW, YEAR_START, Cast, make_cast

BENCH = "board_read"
BRANCH_SIZE = 27
BRANCHES = {"default": (40, 400), "full": (40, 400, 40_000)}
READERS = 50
ROUNDS = 8
FLAT = 1.25
GOAL = "within 2 × of the empty route"
VIEWS = ("own", "full")


def run(size: str) -> Iterator[Line]:
    """Yield milliseconds of a board in both views at each size, and how they grow."""
    for database, url, directory in each_database():
        engine = make_engine(url)
        with Session(engine, expire_on_commit=False) as session:
            cast = make_cast(session)
        app = _app(engine, directory)
        members: list[tuple[int, int]] = []
        medians: list[float] = []
        for branches in BRANCHES[size]:
            members += _add_branches(engine, cast, len(members) // BRANCH_SIZE, branches)
            asked = members[:: max(len(members) // READERS, 1)][:READERS]
            tokens = sign_in(engine, cast.root, [member_id for member_id, _ in asked])
            readers = [(branch_id, token) for (_, branch_id), (_, token) in zip(asked, tokens, strict=True)]
            for view in VIEWS:
                _decide(engine, view)
                empty, board = _measure(app, readers)
                medians.append(board)
                yield _line(database, f"{view}_{len(members)}_members", board, empty)
            _sign_out(engine)
        growth = medians[-1] / medians[1]
        yield measured(BENCH, "growth", growth, "×", database=database, goal=f"flat: <= {FLAT} ×", met=growth <= FLAT)
        engine.dispose()


def _line(database: str, metric: str, seconds: float, empty: float) -> Line:
    ratio = seconds / empty
    against = f"empty route with one SELECT: {empty * 1000:.2f} ms"
    values = {"against": against, "ratio": ratio, "goal": GOAL, "met": ratio <= 2}
    return measured(BENCH, metric, seconds * 1000, "ms", database=database, **values)  # type: ignore[arg-type]


def _app(engine: Engine, directory: Path) -> Flask:
    """The app with one more route: as little as a read can do."""
    app = create_app(config.load({"XIANFENG_DATA": str(directory / "var")}), engine)

    def empty(organization_id: int) -> Response:
        with reading(engine) as session:
            found = session.scalar(
                select(Statement.hash).where(
                    Statement.organization_id == organization_id, Statement.period == "2026-05"
                )
            )
        return Response(str(found))

    app.add_url_rule("/empty/<int:organization_id>", view_func=empty)
    return app


def _measure(app: Flask, readers: Sequence[tuple[int, str]]) -> tuple[float, float]:
    """Return seconds per empty read and per board; the two take turns, medians count."""
    paths = ("/empty/{}", "/api/v1/organizations/{}/board")
    calls = [[called(app, path.format(branch_id), token) for branch_id, token in readers] for path in paths]
    times: list[list[float]] = [[] for _ in paths]
    for number in range(ROUNDS + 1):
        for reads, seconds in zip(calls, times, strict=True):
            taken = [seconds_of(read) for read in reads]
            if number:
                seconds.extend(taken)
    empty, board = (median(seconds) for seconds in times)
    return empty, board


def _decide(engine: Engine, view: str) -> None:
    """Have every branch show as much."""
    with engine.begin() as connection:
        connection.execute(update(Organization).values(settings={"board_visibility": view}))


def _sign_out(engine: Engine) -> None:
    """Free the readers' accounts for the next size."""
    with engine.begin() as connection:
        identities = select(WechatIdentity.id).where(WechatIdentity.app_id == "bench")
        connection.execute(delete(Token).where(Token.identity_id.in_(identities)))
        connection.execute(delete(WechatIdentity).where(WechatIdentity.app_id == "bench"))
        connection.execute(delete(Account).where(Account.name == "党员"))


def _add_branches(engine: Engine, cast: Cast, start: int, stop: int) -> list[tuple[int, int]]:
    """Add branches of 27 with a confirmed month each; return (member, branch)."""
    added = []
    for number in range(start, stop):
        with Session(engine, expire_on_commit=False) as session:
            branch = _branch(session, cast, number)
            members = [_member(cast.root, number, index) for index in range(BRANCH_SIZE)]
            session.add_all(members)
            session.flush()
            ids = [member.id for member in members]
            joined = [{"member_id": i, "organization_id": branch.id, "from_date": YEAR_START} for i in ids]
            session.execute(insert(Membership), joined)
            _add_month(session, cast, branch.id, ids)
            session.commit()
            added += [(member_id, branch.id) for member_id in ids]
    return added


def _branch(session: Session, cast: Cast, number: int) -> Organization:
    above = session.get_one(Organization, cast.general_branch)
    branch = Organization(
        root_id=cast.root,
        parent_id=above.id,
        kind=OrganizationKind.branch,
        title=f"第{number}党支部",
        path="",
        settings={},
        created_at=NOW,
    )
    session.add(branch)
    session.flush()
    branch.path = f"{above.path}{branch.id}/"
    return branch


def _member(root_id: int, number: int, index: int) -> Member:
    return Member(
        root_id=root_id,
        name=f"党员{index}",
        work_number=f"bench{number}-{index}",
        category=Category.staff,
        stage=Stage.full,
        created_at=NOW,
        updated_at=NOW,
    )


def _add_month(session: Session, cast: Cast, branch_id: int, member_ids: Sequence[int]) -> None:
    statement = Statement(
        root_id=cast.root,
        organization_id=branch_id,
        period="2026-05",
        year=2026,
        until=date(2026, 5, 31),
        cutoff_at=datetime(2026, 6, 2, 18, tzinfo=UTC),
        members=len(member_ids),
        exempt=0,
        average=Decimal(77),
        median=Decimal(77),
        hash=sha256(f"{branch_id}".encode()).hexdigest(),
        status=StatementStatus.confirmed,
        frozen_at=NOW,
        confirm_by=date(2026, 6, 5),
        confirmed_at=NOW,
    )
    session.add(statement)
    session.flush()
    same = {"statement_id": statement.id}
    lines = [same | _line_of(cast, index, member_id) for index, member_id in enumerate(member_ids)]
    sections = [
        same | {"member_id": member_id, "section": section, "points": points}
        for index, member_id in enumerate(member_ids)
        for section, points in (("base", Decimal(60)), ("contribution", Decimal(30 - index)))
    ]
    session.execute(insert(StatementLine), lines)
    session.execute(insert(StatementSection), sections)


def _line_of(cast: Cast, index: int, member_id: int) -> dict[str, object]:
    return {
        "member_id": member_id,
        "standard_id": cast.standard_id,
        "category": Category.staff,
        "stage": Stage.full,
        "negative": False,
        "total": Decimal(90 - index),
        "change": Decimal(1),
        "position": index + 1,
        "head_seq": 20,
        "head_hash": sha256(f"{member_id}".encode()).hexdigest(),
    }
