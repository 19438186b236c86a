"""What reading a branch's board costs beside an empty route with one indexed SELECT, and whether it stays flat.

Members of branches of 27 each read theirs: their own place, and the full list. A worker remembers the figures of a
statement, which never change.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import Engine, Select, delete, insert, select, update
from sqlalchemy.orm import Session

from scripts.bench.databases import each_database
from scripts.bench.lines import Line
from scripts.bench.reads import app_with_empty_route, growth_line, measure, read_line, sign_in, some_of
from server.db import make_engine
from server.identity.models import Account, Token, WechatIdentity
from server.organizations import service as organizations
from server.organizations.models import Category, Member, Membership, Organization, OrganizationKind, Stage
from server.statements.models import Statement, StatementLine, StatementSection
from server.statements.rules import StatementStatus
from tests.cast import NOW, YEAR_START, Cast, make_cast

BENCH = "board_read"
BRANCH_SIZE = 27
BRANCHES = {"default": (40, 400), "full": (40, 400, 40_000)}
VIEWS = ("own", "full")
BOARD = "/api/v1/organizations/{}/board"
MAY = "2026-05"


def run(size: str) -> Iterator[Line]:
    """Yield milliseconds of a board in both views at each size, and how they grow."""
    for database, url, directory in each_database():
        engine = make_engine(url)
        with Session(engine, expire_on_commit=False) as session:
            cast = make_cast(session)
        app = app_with_empty_route(engine, directory, _hash)
        branch_of: dict[int, int] = {}
        medians: list[float] = []
        for branches in BRANCHES[size]:
            branch_of |= _add_branches(engine, cast, len(branch_of) // BRANCH_SIZE, branches)
            signed_in = sign_in(engine, cast.root, some_of(list(branch_of)))
            readers = [(branch_of[member_id], token) for member_id, token in signed_in]
            for view in VIEWS:
                _decide(engine, view)
                empty, board = measure(app, readers, BOARD)
                medians.append(board)
                yield read_line(BENCH, database, f"{view}_{len(branch_of)}_members", board, empty=empty)
            _sign_out(engine)
        yield growth_line(BENCH, database, medians[-1] / medians[1])
        engine.dispose()


def _hash(organization_id: int) -> Select[Any]:
    return select(Statement.hash).where(Statement.organization_id == organization_id, Statement.period == MAY)


def _decide(engine: Engine, view: str) -> None:
    """Have every branch show the same view."""
    with engine.begin() as connection:
        connection.execute(update(Organization).values(settings={"board_visibility": view}))


def _sign_out(engine: Engine) -> None:
    """Free the readers' accounts for the next size."""
    with engine.begin() as connection:
        identities = select(WechatIdentity.id).where(WechatIdentity.app_id == "bench")
        connection.execute(delete(Token).where(Token.identity_id.in_(identities)))
        connection.execute(delete(WechatIdentity).where(WechatIdentity.app_id == "bench"))
        connection.execute(delete(Account).where(Account.name == "党员"))


def _add_branches(engine: Engine, cast: Cast, start: int, stop: int) -> dict[int, int]:
    """Add branches of 27 with a confirmed month each; return the branch of each member."""
    added: dict[int, int] = {}
    for number in range(start, stop):
        with Session(engine, expire_on_commit=False) as session:
            branch = organizations.create_organization(
                session,
                parent_id=cast.general_branch,
                kind=OrganizationKind.branch,
                title=f"第{number}党支部",
                account_id=None,
                now=NOW,
            )
            members = [_member(cast.root, number, index) for index in range(BRANCH_SIZE)]
            session.add_all(members)
            session.flush()
            ids = [member.id for member in members]
            joined = [{"member_id": i, "organization_id": branch.id, "from_date": YEAR_START} for i in ids]
            session.execute(insert(Membership), joined)
            _add_month(session, cast, branch.id, ids)
            session.commit()
            added |= dict.fromkeys(ids, branch.id)
    return added


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
        period=MAY,
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
