"""A member's month on paper, for those without a phone: each line with its entries, as the statement counted them.

The figures are the frozen ones. The entries below them are read from the ledger, up to where the member's chain stood:
it is append-only, so they are the same whenever they are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.organizations.models import Member
from server.organizations.queries import account_names
from server.points.explain.explanation import Background, Explanation, explained_sections
from server.points.explain.possible import still_possible, ways_left
from server.points.ledger.openings import opening_facts, openings
from server.points.models import PointEntry
from server.points.scores.carrying import measured_by
from server.points.scores.queries import sources_of, texts_of
from server.points.scores.rules import Fact, score
from server.standards.rules import StandardDocument
from server.standards.versions import document_of
from server.statements.boards.beside import Beside, beside
from server.statements.boards.figures import BoardFigures, BoardLine, figures_of
from server.statements.boards.head import BoardHead, head_of, nothing_confirmed
from server.statements.late import LateLine, late_lines
from server.statements.models import Statement, StatementLine
from server.statements.rules import StatementStatus
from server.years.queries import standing_of


@dataclass(frozen=True, slots=True)
class BoardSheet:
    """`explanation` is None if no standard measured the month."""

    head: BoardHead
    figures: BoardFigures
    beside: Beside
    member: Member
    line: BoardLine
    frozen: StatementLine
    explanation: Explanation | None
    late: LateLine | None


def read_sheet(session: Session, *, member_id: int, month: str | None, now: datetime) -> BoardSheet:
    """Return a member's confirmed month, the newest by default. Raises DomainError 404 if there is none."""
    frozen = _frozen(session, member_id, month)
    head = head_of(session, frozen.statement_id)
    figures = figures_of(session, head.statement_id, head.hash)
    line = figures.line_of(member_id)
    assert line is not None
    member = session.get_one(Member, member_id)
    around = beside(session, head, figures, now=now)
    late = late_lines(session, session.get_one(Statement, head.statement_id), member_id=member_id)
    explained = _explained(session, head, frozen, shanghai_date(now))
    return BoardSheet(head, figures, around, member, line, frozen, explained, late[0] if late else None)


def _frozen(session: Session, member_id: int, month: str | None) -> StatementLine:
    rows = (
        select(StatementLine)
        .join(Statement, Statement.id == StatementLine.statement_id)
        .where(StatementLine.member_id == member_id, Statement.status == StatementStatus.confirmed)
        .order_by(Statement.period.desc())
        .limit(1)
    )
    if month is not None:
        rows = rows.where(Statement.period == month)
    found = session.scalar(rows)
    if found is None:
        raise nothing_confirmed()
    return found


def _explained(session: Session, head: BoardHead, frozen: StatementLine, today: date) -> Explanation | None:
    """Explain the figures by the entries they were computed from, with the standard and category of that day.

    What can still be earned is as of today: whoever is handed the sheet can act on nothing else.
    """
    if frozen.standard_id is None:
        return None
    entries = _entries(session, frozen, head.year, head.until)
    posted_under = {entry.standard_id: document_of(session, entry.standard_id) for entry in entries}
    document, facts = measured_by(document_of(session, frozen.standard_id), entries, posted_under)
    facts += _openings_due(document, frozen, head.year, facts)
    result = score(
        document,
        facts,
        category=frozen.category,
        stage=frozen.stage,
        negative=frozen.negative,
    )
    codes = {fact.seq: fact.item_code for fact in facts}
    background = Background(
        texts=texts_of(session, frozen.member_id, entries),
        names=account_names(session, [entry.decided_by for entry in entries]),
        sources=sources_of(session, entries),
    )
    return Explanation(
        member_id=frozen.member_id,
        year=head.year,
        standard_id=frozen.standard_id,
        standard_title=document.title,
        total_cap=document.total_cap,
        score=result,
        sections=explained_sections(document, result, entries, codes, background),
        still_possible=still_possible(
            document,
            result,
            category=frozen.category,
            stage=frozen.stage,
            ways=ways_left(head.year, today=today, branch_year=standing_of(session, head.organization_id, head.year)),
        ),
    )


def _entries(session: Session, frozen: StatementLine, year: int, until: date) -> Sequence[PointEntry]:
    return session.scalars(
        select(PointEntry)
        .where(
            PointEntry.member_id == frozen.member_id,
            PointEntry.year == year,
            PointEntry.seq <= frozen.head_seq,
            PointEntry.occurred_on <= until,
        )
        .order_by(PointEntry.seq)
    ).all()


def _openings_due(document: StandardDocument, frozen: StatementLine, year: int, facts: Sequence[Fact]) -> list[Fact]:
    """起始分 of a member who had none posted by then: they counted from the year's first day."""
    if any(fact.opening for fact in facts):
        return []
    return opening_facts(openings(document, frozen.category, frozen.stage), date(year, 1, 1))
