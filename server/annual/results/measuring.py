"""What members' results come to by their ledgers: who belongs on 31 December, how they are measured, their scores.

There is one way, the pure `score` by entries up to a head (`statements/freezing/figures.py`), for drawing an edition up
as for proving it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Row, bindparam, select
from sqlalchemy.orm import Session

from server.annual.results.models import AnnualResult, AnnualSection
from server.annual.results.rules import standing_of
from server.organizations.history.queries import category_on, stage_on
from server.organizations.models import Category, Member, Membership, Organization, Stage
from server.points.decisions.negative_years import negative_members
from server.points.models import LedgerHead
from server.points.scores.rules import YearScore
from server.points.scores.timelines import MemberTimelines
from server.standards.rules import audience_of
from server.statements.freezing.figures import LineMeasure, computed
from server.statements.freezing.roster import is_exempt, measured_in
from server.statements.models import Statement, StatementLine, StatementSection

_STATEMENT = bindparam("statement_id", type_=BigInteger)
_SECTIONS = select(StatementSection.member_id, StatementSection.section, StatementSection.points).where(
    StatementSection.statement_id == _STATEMENT
)
_LINES = (
    select(*(column for column in StatementLine.__table__.columns))
    .where(StatementLine.statement_id == _STATEMENT)
    .order_by(StatementLine.member_id)
)
"""Rows, not objects: a branch's lines and sections are looked through once and then left."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A result and its sections, not in any edition yet."""

    result: AnnualResult
    sections: tuple[AnnualSection, ...]


def last_day(year: int) -> date:
    return date(year, 12, 31)


def belonging(session: Session, organization_id: int, year: int) -> Sequence[int]:
    """Return who belongs to a branch on 31 December, by id: the base of its results."""
    held = select(Membership.member_id).where(
        Membership.organization_id == organization_id, Membership.holds_on(last_day(year))
    )
    return session.scalars(held.order_by(Membership.member_id)).all()


def frozen(session: Session, statement: Statement) -> Iterator[Drawn]:
    """Yield the results that a closing statement's lines give."""
    sections: dict[int, list[AnnualSection]] = {}
    for member_id, section, points in session.execute(_SECTIONS, {"statement_id": statement.id}):
        part = AnnualSection(member_id=member_id, section=section, points=points)
        sections.setdefault(member_id, []).append(part)
    for line in session.execute(_LINES, {"statement_id": statement.id}):
        result = AnnualResult(
            member_id=line.member_id,
            category=line.category,
            stage=line.stage,
            standing=standing_of(exempt=False, negative=line.negative),
            standard_id=line.standard_id,
            negative=line.negative,
            total=line.total,
            head_seq=line.head_seq,
            head_hash=line.head_hash,
            cutoff_at=statement.cutoff_at,
        )
        yield Drawn(result, tuple(sections.get(line.member_id, ())))


def drawn(session: Session, place: Organization, year: int, member_ids: Collection[int], now: datetime) -> list[Drawn]:
    """Compute the results of these members of a branch as they are now, their ledgers locked by the caller.

    Whoever does not belong on 31 December, or is measured by no standard, has none.
    """
    standards = dict(measured_in(session, place, year).standards)
    people = [each for each in _people(session, place.id, year, member_ids) if audience_of(each.stage) in standards]
    ids = [each.id for each in people]
    negative, timelines = negative_members(session, ids, year), MemberTimelines(session, ids)
    results = [
        _unscored(each, standards[audience_of(each.stage)], negative=each.id in negative, now=now) for each in people
    ]
    managed = [each for each in results if timelines.first_day_in(each.member_id, year) is not None]
    found = scores(session, managed, year=year)
    return [_scored(each, found.get(each.member_id)) for each in results]


def scores(session: Session, results: Sequence[AnnualResult], *, year: int) -> Mapping[int, YearScore]:
    """Compute, by member, what results come to by what they say they rest on."""
    measures = [
        LineMeasure(
            statement_id=0,  # of none
            member_id=each.member_id,
            standard_id=each.standard_id,
            category=Category(each.category),
            stage=Stage(each.stage),
            negative=each.negative,
            head_seq=each.head_seq,
        )
        for each in results
    ]
    found = computed(session, measures, year=year, until=last_day(year), year_closed=True)
    return {member_id: result for member_id, result in found.items() if result is not None}


def copied(result: AnnualResult, sections: Sequence[AnnualSection]) -> Drawn:
    """Return a result as it stands in an edition, for the one that supersedes it; without its position."""
    columns = ("member_id", "category", "stage", "standing", "standard_id", "negative", "total")
    kept = {name: getattr(result, name) for name in (*columns, "head_seq", "head_hash", "cutoff_at")}
    parts = (AnnualSection(member_id=each.member_id, section=each.section, points=each.points) for each in sections)
    return Drawn(AnnualResult(**kept), tuple(parts))


def _people(session: Session, organization_id: int, year: int, member_ids: Collection[int]) -> list[Row[Any]]:
    last = last_day(year)
    query = (
        select(
            Member.id,
            category_on(last).label("category"),
            stage_on(last).label("stage"),
            is_exempt(last).label("exempt"),
            LedgerHead.seq,
            LedgerHead.hash,
        )
        .join(Membership, Membership.member_id == Member.id)
        .join(LedgerHead, LedgerHead.member_id == Member.id)
        .where(Membership.organization_id == organization_id, Membership.holds_on(last), Member.id.in_(member_ids))
        .order_by(Member.id)
    )
    return list(session.execute(query))


def _unscored(each: Row[Any], standard_id: int, *, negative: bool, now: datetime) -> AnnualResult:
    return AnnualResult(
        member_id=each.id,
        category=each.category,
        stage=each.stage,
        standing=standing_of(exempt=each.exempt, negative=negative),
        standard_id=standard_id,
        negative=negative,
        head_seq=each.seq,
        head_hash=each.hash,
        cutoff_at=now,
    )


def _scored(result: AnnualResult, score: YearScore | None) -> Drawn:
    if score is None:
        return Drawn(result, ())
    result.total = score.total
    parts = (
        AnnualSection(member_id=result.member_id, section=each.section.code, points=each.points)
        for each in score.sections
    )
    return Drawn(result, tuple(parts))
