"""What freezing a month costs beside the bare GROUP BY over the same ledger, and whether it stays linear."""

import hashlib
import random
import resource
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from scripts.bench.databases import each_database
from scripts.bench.lines import Line, measured
from server.db import Base, make_engine, reading
from server.organizations.models import Category, Member, Membership, Organization, OrganizationKind, Stage
from server.points.models import LedgerHead, PointEntry, Score, SourceKind
from server.points.openings import openings
from server.points.rules import Fact, score
from server.standards.default import default_document
from server.statements.freezing.service import freeze
from server.statements.models import Statement
from server.statements.rules import month_before
from server.statements.verification import verify_statement
from tests.cast import NOW, YEAR_START, make_cast

BENCH = "month_close"
SIZES = {"default": (10_000, 100_000), "full": (10_000, 100_000, 1_000_000)}
BRANCH = 33
ENTRIES = 20
AT_ONCE = 1_000
SAMPLE = 5
CUTOFF = datetime(2026, 6, 2, 18, 0, tzinfo=UTC)
POSTED = CUTOFF - timedelta(days=20)
GOAL = "<= 2 × the bare GROUP BY"
LINEAR = 1.5


def run(size: str) -> Iterator[Line]:
    """Yield seconds of a freeze at each size, its growth per member, the client's memory, and lines that differ."""
    for database, url, _ in each_database():
        engine = make_engine(url)
        with Session(engine, expire_on_commit=False) as session:
            cast = make_cast(session)
        loader, each = _Loader(engine, cast.root, cast.standard_id), []
        for members in SIZES[size]:
            loader.load(members)
            bare, frozen = _seconds(partial(_group, engine)), _seconds(partial(freeze, engine, TERM, now=CUTOFF))
            each.append(frozen / members)
            yield _line(database, members, frozen, bare)
            yield measured(BENCH, f"differences_{members}", _differences(engine), "lines", database=database)
            loader.thaw()
        growth = each[-1] / each[0]
        yield measured(BENCH, "growth", growth, "×", database=database, goal=f"<= {LINEAR} ×", met=growth <= LINEAR)
        yield measured(BENCH, "client_memory", _megabytes(), "MB", database=database)
        engine.dispose()


TERM = month_before(CUTOFF)


def _line(database: str, members: int, frozen: float, bare: float) -> Line:
    ratio = frozen / bare
    against = f"bare GROUP BY: {bare:.2f} s"
    return measured(
        BENCH,
        f"freeze_{members}",
        frozen,
        "s",
        database=database,
        against=against,
        ratio=ratio,
        goal=GOAL,
        met=ratio <= 2,
    )


def _seconds(act: Any) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _group(engine: Engine) -> None:
    """The bare yardstick: every member's points by item."""
    entry = PointEntry
    sums = select(entry.member_id, entry.item_code, func.sum(entry.points)).where(
        entry.year == 2026, entry.occurred_on <= TERM.until, entry.posted_at < CUTOFF
    )
    grouped = sums.group_by(entry.member_id, entry.item_code).subquery()
    with reading(engine) as session:
        session.execute(select(func.count()).select_from(grouped)).one()


def _differences(engine: Engine) -> int:
    """Compute some statements anew by `score`; return what differs."""
    with reading(engine) as session:
        some = session.scalars(select(Statement).order_by(Statement.id.desc()).limit(SAMPLE)).all()
        return sum(1 for statement in some for _ in verify_statement(session, statement))


class _Loader:
    """Adds members with `ENTRIES` entries each, and their scores, by multi-row inserts."""

    def __init__(self, engine: Engine, root_id: int, standard_id: int) -> None:
        self.engine, self.root_id, self.standard_id = engine, root_id, standard_id
        self.chance, self.document, self.members = random.Random(75), default_document(), 0
        self.opening = openings(self.document, Category.staff, Stage.full)

    def load(self, members: int) -> None:
        while self.members < members:
            with Session(self.engine) as session:
                self._add(session, min(AT_ONCE, members - self.members))
                session.commit()
        self._analyze()

    def _analyze(self) -> None:
        """Let the planner know what is there, as it does of data that were not loaded a moment ago."""
        tables = ", ".join(Base.metadata.tables) if self.engine.dialect.name != "sqlite" else ""
        with self.engine.connect() as connection:
            connection.exec_driver_sql(f"ANALYZE TABLE {tables}" if tables else "ANALYZE").close()

    def thaw(self) -> None:
        """Take the statements away again, children first."""
        with self.engine.begin() as connection:
            for table in ("statement_backdated", "statement_sections", "statement_lines", "pushes", "statements"):
                connection.exec_driver_sql(f"DELETE FROM {table}")

    def _add(self, session: Session, count: int) -> None:
        first = (session.scalar(select(func.max(Member.id))) or 0) + 1
        ids = range(first, first + count)
        session.execute(insert(Member), [self._member(each) for each in ids])
        branches = self._branches(session, -(-count // BRANCH))
        session.execute(
            insert(Membership),
            [
                {"member_id": each, "organization_id": branches[number // BRANCH], "from_date": YEAR_START}
                for number, each in enumerate(ids)
            ],
        )
        chains = [self._chain(each, branches[number // BRANCH]) for number, each in enumerate(ids)]
        session.execute(insert(PointEntry), [entry for chain in chains for entry in chain])
        heads = [{"member_id": c[-1]["member_id"], "seq": ENTRIES, "hash": c[-1]["hash"]} for c in chains]
        session.execute(insert(LedgerHead), heads)
        session.execute(insert(Score), [row for chain in chains for row in self._scores(chain)])
        self.members += count

    def _branches(self, session: Session, count: int) -> list[int]:
        made = []
        for number in range(count):
            place = Organization(
                root_id=self.root_id,
                parent_id=self.root_id,
                kind=OrganizationKind.branch,
                title=f"支部{self.members}-{number}",
                path="",
                settings={},
                created_at=NOW,
            )
            session.add(place)
            session.flush()
            place.path = f"/{self.root_id}/{place.id}/"
            made.append(place.id)
        session.flush()
        return made

    def _member(self, member_id: int) -> dict[str, Any]:
        return {
            "id": member_id,
            "root_id": self.root_id,
            "name": "党员",
            "work_number": f"bench{member_id}",
            "category": Category.staff,
            "stage": Stage.full,
            "created_at": NOW,
            "updated_at": NOW,
        }

    def _chain(self, member_id: int, branch_id: int) -> list[dict[str, Any]]:
        facts = [(code, points, SourceKind.opening, YEAR_START) for code, points in self.opening.items()]
        while len(facts) < ENTRIES:
            code, points = self.chance.choice((("C04", 1), ("C05", 2), ("B04", -2), ("B06a", 1), ("C03", 2)))
            on = YEAR_START + timedelta(days=self.chance.randrange(140))
            facts.append((code, Decimal(points), SourceKind.claim, on))
        return [self._entry(member_id, branch_id, seq, fact) for seq, fact in enumerate(facts, 1)]

    def _entry(
        self, member_id: int, branch_id: int, seq: int, fact: tuple[str, Decimal, SourceKind, date]
    ) -> dict[str, Any]:
        code, points, kind, on = fact
        digest = hashlib.sha256(f"{member_id}:{seq}".encode()).hexdigest()
        return {
            "member_id": member_id,
            "seq": seq,
            "root_id": self.root_id,
            "organization_id": branch_id,
            "year": 2026,
            "standard_id": self.standard_id,
            "item_code": code,
            "points": points,
            "occurred_on": on,
            "posted_at": POSTED,
            "source_kind": kind,
            "source_id": seq,
            "clause": "二（一）",
            "prev_hash": digest,
            "hash": digest,
        }

    def _scores(self, chain: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        facts = [
            Fact(
                e["seq"], e["item_code"], e["occurred_on"], e["points"], opening=e["source_kind"] == SourceKind.opening
            )
            for e in chain
        ]
        figures = score(self.document, facts, category=Category.staff, stage=Stage.full).figures
        for section, points in figures.items():
            yield {
                "member_id": chain[0]["member_id"],
                "year": 2026,
                "section": section,
                "organization_id": chain[0]["organization_id"],
                "points": points,
                "negative": False,
                "updated_at": POSTED,
            }
