"""A ledger of any size for benchmarks: members in branches, with their entries, heads and scores."""

import hashlib
import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, String, cast, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from server.db import Base
from server.organizations import service as organizations
from server.organizations.models import Category, Member, Membership, Organization, OrganizationKind, Stage
from server.points.ledger.openings import openings
from server.points.models import LedgerHead, PointEntry, Score, SourceKind
from server.points.scores.rules import Fact, score
from server.pushes.models import Push
from server.standards.default import default_document
from server.statements.models import Statement, StatementBackdated, StatementLine, StatementSection
from tests.cast import NOW, YEAR_START

BRANCH = 33
ENTRIES = 20
AT_ONCE = 1_000
BLOCK = 10_000


def _copy(connection: Connection, table: Any, key: Any, which: tuple[int, int], values: Mapping[str, Any]) -> None:
    """Insert rows again, so many from a key on, with other values in some columns; an id not given is counted."""
    first, count = which
    columns = [column for column in table.__table__.columns if column.name != "id" or "id" in values]
    rows = select(*(values.get(column.name, column).label(column.name) for column in columns))
    wanted = rows.where(key >= first, key < first + count)
    connection.execute(insert(table).from_select([column.name for column in columns], wanted))


class BigLedger:
    """Adds members with `ENTRIES` entries each, and their scores, a block at a time.

    Ids of members and of branches have no gaps, so that every block is the first with its ids moved.
    """

    def __init__(self, engine: Engine, root_id: int, standard_id: int, *, posted_at: datetime) -> None:
        self.engine, self.root_id, self.standard_id, self.posted_at = engine, root_id, standard_id, posted_at
        self.chance, self.document, self.members = random.Random(75), default_document(), 0
        self.opening = openings(self.document, Category.staff, Stage.full)
        self.first_member = self.first_branch = self.branches = 0

    def load(self, members: int) -> None:
        """Add so many that there are `members`, a multiple of `BLOCK`."""
        if not self.members:
            self._load_first()
        for number in range(self.members // BLOCK, members // BLOCK):
            with self.engine.begin() as connection:
                self._add_like_the_first(connection, by_members=number * BLOCK, by_branches=number * self.branches)
        self.members = members
        self._analyze()

    def _load_first(self) -> None:
        while self.members < BLOCK:
            with Session(self.engine) as session:
                self._add(session, AT_ONCE)
                session.commit()

    def _add_like_the_first(self, connection: Connection, *, by_members: int, by_branches: int) -> None:
        branch_id, member_id = Organization.id + by_branches, Member.id + by_members
        number = cast(branch_id, String(20))
        branch = {"id": branch_id, "path": literal(f"/{self.root_id}/") + number + "/", "title": "支部" + number}
        member = {"id": member_id, "work_number": "bench" + cast(member_id, String(20))}
        _copy(connection, Organization, Organization.id, (self.first_branch, self.branches), branch)
        _copy(connection, Member, Member.id, (self.first_member, BLOCK), member)
        for table in (Membership, PointEntry, LedgerHead, Score):
            of: Any = table
            moved = {"member_id": of.member_id + by_members}
            if table is not LedgerHead:
                moved["organization_id"] = of.organization_id + by_branches
            _copy(connection, table, of.member_id, (self.first_member, BLOCK), moved)

    def _analyze(self) -> None:
        """Let the planner know what is there, as it does of data that were not loaded a moment ago."""
        tables = ", ".join(Base.metadata.tables) if self.engine.dialect.name != "sqlite" else ""
        with self.engine.connect() as connection:
            connection.exec_driver_sql(f"ANALYZE TABLE {tables}" if tables else "ANALYZE").close()

    def thaw(self) -> None:
        """Take the statements away again, children first and not too many rows at once."""
        with self.engine.connect() as connection:
            last = connection.scalar(select(func.max(Statement.id))) or 0
        for first in range(1, last + 1, AT_ONCE):
            with self.engine.begin() as connection:
                for table in (StatementBackdated, StatementSection, StatementLine):
                    some = table.statement_id.between(first, first + AT_ONCE - 1)
                    connection.execute(delete(table).where(some))
        with self.engine.begin() as connection:
            connection.execute(delete(Push))
            connection.execute(delete(Statement))

    def _add(self, session: Session, count: int) -> None:
        first = (session.scalar(select(func.max(Member.id))) or 0) + 1
        ids = range(first, first + count)
        session.execute(insert(Member), [self._member(each) for each in ids])
        branches = self._branches(session, -(-count // BRANCH))
        self.first_member, self.first_branch = self.first_member or first, self.first_branch or branches[0]
        self.branches += len(branches)
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
        new = partial(
            organizations.create_organization,
            session,
            parent_id=self.root_id,
            kind=OrganizationKind.branch,
            account_id=None,
            now=NOW,
        )
        return [new(title=f"支部{self.members}-{number}").id for number in range(count)]

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
            "posted_at": self.posted_at,
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
                "updated_at": self.posted_at,
            }
