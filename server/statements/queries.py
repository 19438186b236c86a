"""Read statements: a branch's months, one with its lines, a member's own months. Nothing here writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.errors import not_found
from server.organizations.beginning import first_month
from server.organizations.models import Member, Organization
from server.statements.models import Statement, StatementBackdated, StatementLine, StatementSection
from server.statements.rules import MONTHLY, StatementStatus, coming_words


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A line with its member's name, sections and 补记."""

    line: StatementLine
    name: str
    sections: Sequence[StatementSection]
    backdated: Sequence[StatementBackdated]


def statements_of(
    session: Session, *, organization_id: int, all_states: bool, before: int | None, limit: int
) -> Sequence[Statement]:
    """Return a branch's months, latest first; only the confirmed ones unless `all_states`."""
    query = select(Statement).where(
        Statement.organization_id == organization_id, Statement.status.in_(_shown(all_states))
    )
    if before is not None:
        query = query.where(Statement.id < before)
    return session.scalars(query.order_by(Statement.id.desc()).limit(limit)).all()


def coming(session: Session, *, organization_id: int, now: datetime) -> str | None:
    """Return in words which month is a branch's first and when it comes; None once it has come."""
    began_on = session.get_one(Organization, organization_id).began_on
    return coming_words(first_month(began_on), shanghai_date(now)) if began_on else None


def statement(session: Session, *, statement_id: int, all_states: bool) -> Statement:
    """Return a month. Raises DomainError `not_found`, also while it is not confirmed, unless `all_states`."""
    found = session.get(Statement, statement_id)
    if found is None or found.status not in _shown(all_states):
        raise not_found("月汇总")
    return found


def rows_of(session: Session, statement_id: int) -> list[StatementRow]:
    """Return the lines by position, those under a negative-list decision last."""
    query = (
        select(StatementLine, Member.name)
        .join(Member, Member.id == StatementLine.member_id)
        .where(StatementLine.statement_id == statement_id)
        .order_by(StatementLine.negative, StatementLine.position, StatementLine.member_id)
    )
    sections = _by_member(session, StatementSection, [statement_id])
    backdated = _by_member(session, StatementBackdated, [statement_id])
    return [_row(line, name, sections, backdated) for line, name in session.execute(query)]


def history(session: Session, *, member_id: int, year: int, all_states: bool) -> list[tuple[Statement, StatementRow]]:
    """Return a member's months of a year, in whichever branch, in order."""
    query = (
        select(Statement, StatementLine, Member.name)
        .join(StatementLine, StatementLine.statement_id == Statement.id)
        .join(Member, Member.id == StatementLine.member_id)
        .where(StatementLine.member_id == member_id, Statement.year == year, Statement.status.in_(_shown(all_states)))
        .order_by(Statement.cutoff_at)
    )
    found = session.execute(query).all()
    ids = [head.id for head, _, _ in found]
    sections = _by_member(session, StatementSection, ids, member_id)
    backdated = _by_member(session, StatementBackdated, ids, member_id)
    return [(head, _row(line, name, sections, backdated)) for head, line, name in found]


def _shown(all_states: bool) -> tuple[StatementStatus, ...]:
    return MONTHLY if all_states else (StatementStatus.confirmed,)


P = TypeVar("P", StatementSection, StatementBackdated)
Key = tuple[int, int]


def _by_member(
    session: Session, table: type[P], statement_ids: Sequence[int], member_id: int | None = None
) -> dict[Key, list[P]]:
    found: dict[Key, list[P]] = {}
    query = select(table).where(table.statement_id.in_(statement_ids))
    if member_id is not None:
        query = query.where(table.member_id == member_id)
    for part in session.scalars(query.order_by(*inspect(table).primary_key)):
        found.setdefault((part.statement_id, part.member_id), []).append(part)
    return found


def _row(
    line: StatementLine,
    name: str,
    sections: Mapping[Key, Sequence[StatementSection]],
    backdated: Mapping[Key, Sequence[StatementBackdated]],
) -> StatementRow:
    key = (line.statement_id, line.member_id)
    return StatementRow(line, name, sections.get(key, ()), backdated.get(key, ()))
