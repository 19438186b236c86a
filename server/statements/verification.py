"""Proof that frozen statements are what was frozen, and that the ledger as of that moment gives the same figures.

Every line is computed again by the pure `score`, only from what the line says it was computed with. It streams,
whatever the size.
"""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import and_, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session, aliased

from server.organizations.models import Category, Stage
from server.points.ledger.chain import GENESIS
from server.points.models import PointEntry, SourceKind
from server.points.scores.rules import YearScore
from server.statements.freezing.figures import LineMeasure, computed
from server.statements.freezing.sealing import seals
from server.statements.models import Statement, StatementBackdated, StatementLine, StatementSection
from server.statements.rules import average, is_closing, median, positions
from server.verifying import Verification

STATEMENTS_AT_ONCE = 20
TAMPERED = (ValueError, LookupError, ArithmeticError, TypeError, NoResultFound)
"""What the rules raise on facts that freezing never leaves behind."""

Sections = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Deviation:
    """What a statement says, and what the ledger as of then gives; `member_id` None if it concerns the branch."""

    statement_id: int
    member_id: int | None
    what: str
    stored: object
    computed: object

    def __str__(self) -> str:
        whose = "全支部" if self.member_id is None else f"党员 {self.member_id}"
        return f"月汇总 {self.statement_id}，{whose}，{self.what}：原存 {self.stored}，应为 {self.computed}"


def verify_statements(session: Session) -> Generator[Deviation, None, int]:
    """Yield whatever does not match, by statement; return how many statements there are."""
    looked = after = 0
    query = select(Statement).order_by(Statement.id).limit(STATEMENTS_AT_ONCE)
    while statements := session.scalars(query.where(Statement.id > after)).all():
        for statement in statements:
            yield from verify_statement(session, statement)
        looked, after = looked + len(statements), statements[-1].id
        session.expunge_all()
    return looked


def verify_statement(session: Session, statement: Statement) -> Iterator[Deviation]:
    """Yield what does not match in one statement, its hash first."""
    seal = seals(session, [statement])[statement.id]
    yield from _unlike(statement.id, None, "校验值", statement.hash, seal)
    yield from _unlike(statement.id, None, "年度", str(statement.year), statement.period[:4])
    lines = session.scalars(select(StatementLine).where(StatementLine.statement_id == statement.id)).all()
    yield from _heads(session, lines)
    scores, unreadable = _computed(session, statement, lines)
    for member_id, error in unreadable.items():
        yield Deviation(statement.id, member_id, "计分依据", error, "能够据以重算")
    sections = _sections(session, statement.id)
    for line in lines:
        if line.member_id in scores:
            yield from _points(line, scores[line.member_id], sections.get(line.member_id, {}))
    yield from _sums(session, statement, lines)


def _computed(
    session: Session, statement: Statement, lines: Sequence[StatementLine]
) -> tuple[Mapping[int, YearScore | None], Mapping[int, str]]:
    """Return the scores, and why a line has none if nobody could have computed with what it says.

    All are computed together, and one by one only if that fails.
    """
    closed = is_closing(statement.period)

    def of(some: Sequence[StatementLine]) -> Mapping[int, YearScore | None]:
        measures = [_measure(line) for line in some]
        return computed(session, measures, year=statement.year, until=statement.until, year_closed=closed)

    with suppress(*TAMPERED):
        return of(lines), {}
    scores: dict[int, YearScore | None] = {}
    unreadable: dict[int, str] = {}
    for line in lines:
        try:
            scores |= of([line])
        except TAMPERED as error:
            unreadable[line.member_id] = f"{type(error).__name__}: {error}"
    return scores, unreadable


def _measure(line: StatementLine) -> LineMeasure:
    who = (line.standard_id, Category(line.category), Stage(line.stage), line.negative)
    return LineMeasure(line.statement_id, line.member_id, *who, line.head_seq)


def _unlike(statement_id: int, member_id: int | None, what: str, stored: object, found: object) -> Iterator[Deviation]:
    if stored != found:
        yield Deviation(statement_id, member_id, what, stored, found)


def _heads(session: Session, lines: Sequence[StatementLine]) -> Iterator[Deviation]:
    """Check that the chain still passes through the hash that the line names."""
    same = and_(PointEntry.member_id == StatementLine.member_id, PointEntry.seq == StatementLine.head_seq)
    ids = {line.statement_id for line in lines}
    query = select(StatementLine.member_id, PointEntry.hash).join(PointEntry, same)
    heads = dict(session.execute(query.where(StatementLine.statement_id.in_(ids))).all())
    for line in lines:
        found = heads.get(line.member_id) if line.head_seq else GENESIS
        yield from _unlike(line.statement_id, line.member_id, "台账校验", line.head_hash, found)


def _points(line: StatementLine, result: YearScore | None, sections: Sections) -> Iterator[Deviation]:
    figures = dict(result.figures) if result else {"": Decimal(0)}
    yield from _unlike(line.statement_id, line.member_id, "合计", line.total, figures.pop(""))
    yield from _unlike(line.statement_id, line.member_id, "各部分", dict(sections), figures)


def _sections(session: Session, statement_id: int) -> dict[int, dict[str, Decimal]]:
    found: dict[int, dict[str, Decimal]] = {}
    query = select(StatementSection).where(StatementSection.statement_id == statement_id)
    for row in session.scalars(query):
        found.setdefault(row.member_id, {})[row.section] = row.points
    return found


def _sums(session: Session, statement: Statement, lines: Sequence[StatementLine]) -> Iterator[Deviation]:
    counted = {line.member_id: line.total for line in lines if not line.negative}
    places, before = positions(counted), _before(session, statement.id)
    totals = list(counted.values())
    yield from _unlike(statement.id, None, "人数", statement.members, len(lines))
    yield from _unlike(statement.id, None, "平均", statement.average, average(totals))
    yield from _unlike(statement.id, None, "中位", statement.median, median(totals))
    for line in lines:
        yield from _unlike(statement.id, line.member_id, "名次", line.position, places.get(line.member_id))
        change = line.total - before[line.member_id] if line.member_id in before else None
        yield from _unlike(statement.id, line.member_id, "较上期", line.change, change)
    yield from _unlike(
        statement.id, None, "补记", _stored_backdated(session, statement), _backdated(session, statement)
    )


def _before(session: Session, statement_id: int) -> dict[int, Decimal]:
    """Return everyone's total in their previous statement."""
    before = aliased(StatementLine)
    same = and_(before.statement_id == StatementLine.previous_id, before.member_id == StatementLine.member_id)
    query = select(StatementLine.member_id, before.total).join(before, same)
    return dict(session.execute(query.where(StatementLine.statement_id == statement_id)).all())


Backdated = dict[tuple[int, str], tuple[int, Decimal]]


def _stored_backdated(session: Session, statement: Statement) -> Backdated:
    query = select(StatementBackdated).where(StatementBackdated.statement_id == statement.id)
    return {(row.member_id, row.month): (row.entries, row.points) for row in session.scalars(query)}


def _backdated(session: Session, statement: Statement) -> Backdated:
    """Add up what was posted since the previous statement for that one's month or an earlier one."""
    before, earlier = aliased(StatementLine), aliased(Statement)
    query = (
        select(PointEntry)
        .join(StatementLine, StatementLine.member_id == PointEntry.member_id)
        .join(before, and_(before.statement_id == StatementLine.previous_id, before.member_id == PointEntry.member_id))
        .join(earlier, earlier.id == before.statement_id)
        .where(StatementLine.statement_id == statement.id, PointEntry.year == statement.year)
        .where(PointEntry.seq > before.head_seq, PointEntry.seq <= StatementLine.head_seq)
        .where(PointEntry.occurred_on <= earlier.until, PointEntry.source_kind != SourceKind.opening)
    )
    found: Backdated = {}
    for entry in session.scalars(query):
        key = (entry.member_id, f"{entry.occurred_on:%Y-%m}")
        entries, points = found.get(key, (0, Decimal(0)))
        found[key] = (entries + 1, points + entry.points)
    return found


STATEMENTS = Verification(
    "statements", "月汇总", "份", "重算结果和校验值都相符", lambda session, _: verify_statements(session)
)
