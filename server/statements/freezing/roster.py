"""Who has a line in a statement, under which standard, and where each member's chain stood at the cutoff."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Insert,
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    func,
    insert,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from server.db import UtcDateTime
from server.organizations.beginning import has_begun
from server.organizations.exemptions import exempting
from server.organizations.history.queries import category_on, stage_on
from server.organizations.models import (
    Exemption,
    Member,
    Membership,
    Organization,
    OrganizationKind,
    ids_in,
)
from server.points.ledger.chain import GENESIS
from server.points.models import LedgerHead, PointEntry, Score
from server.standards.models import Standard
from server.standards.rules import AUDIENCE_STAGES, Audience
from server.standards.versions import find_in_force, years_in_force
from server.statements.freezing.sums import position
from server.statements.models import Statement, StatementLine
from server.statements.rules import MONTHLY, StatementTerm

T = TypeVar("T")
TOTAL = ""
MANAGES_PROSPECTS = "manages_prospects"


@dataclass(frozen=True, slots=True)
class MeasuredBranch:
    """A branch, and the standards (ids) that measure its people, by audience; nobody else has a line."""

    id: int
    standards: tuple[tuple[Audience, int], ...]


def branches_without(session: Session, root_id: int, term: StatementTerm) -> Sequence[int]:
    """Return the ids of branches that had begun, had members on the term's last day and have no statement of it yet."""
    return session.scalars(_without(root_id, term).with_only_columns(Organization.id)).all()


def still_without(
    session: Session, root_id: int, term: StatementTerm, branch_ids: Sequence[int]
) -> list[MeasuredBranch]:
    """Return those of these branches that still have no statement of the term, but a standard for it."""
    found = _Standards(session, root_id, term.year)
    places = session.scalars(_without(root_id, term).where(Organization.id.in_(branch_ids)))
    branches = [MeasuredBranch(place.id, tuple(found.of(place))) for place in places]
    return [branch for branch in branches if branch.standards]


def _without(root_id: int, term: StatementTerm) -> Select[Organization]:
    has_one = select(Statement.id).where(Statement.organization_id == Organization.id, Statement.period == term.period)
    belongs = select(Membership.id).where(
        Membership.organization_id == Organization.id, Membership.holds_on(term.until)
    )
    return (
        select(Organization)
        .where(Organization.root_id == root_id, Organization.kind == OrganizationKind.branch)
        .where(has_begun(term.until), belongs.exists(), ~has_one.exists())
        .order_by(Organization.id)
    )


class _Standards:
    """The standards in force in a tree's year; each path up the tree is looked up once."""

    def __init__(self, session: Session, root_id: int, year: int) -> None:
        self._session, self._year = session, year
        in_force = (Standard.year.in_(years_in_force(year)), Standard.in_force.is_(True))
        self._owners = set(session.scalars(select(Standard.organization_id).where(*in_force)))
        self._known: dict[tuple[tuple[int, ...], Audience], int | None] = {}

    def of(self, place: Organization) -> Iterator[tuple[Audience, int]]:
        """Yield the audiences measured in a branch, each with its standard's id."""
        managed = list(Audience) if place.settings.get(MANAGES_PROSPECTS) else [Audience.members]
        above = tuple(each for each in ids_in(place.path) if each in self._owners)
        for audience in managed:
            if (standard_id := self._find(above, audience)) is not None:
                yield audience, standard_id

    def _find(self, above: tuple[int, ...], audience: Audience) -> int | None:
        key = (above, audience)
        if key not in self._known:
            found = find_in_force(self._session, organization_ids=above, year=self._year, audience=audience)
            self._known[key] = found.id if found else None
        return self._known[key]


def write_lines(
    session: Session, statements: Mapping[int, int], branches: Sequence[MeasuredBranch], term: StatementTerm
) -> set[int]:
    """Add a line for everyone, with the stored total; `statements` are ids by branch.

    The position is among those measured alike; return the statements where others are measured, too.
    """
    groups: dict[tuple[Audience, int], list[int]] = {}
    for branch in branches:
        for measured in branch.standards:
            groups.setdefault(measured, []).append(statements[branch.id])
    for (audience, standard_id), ids in groups.items():
        wanted: dict[str, Any] = {"statement_ids": ids, "measured_by": standard_id, "of_period": term.period}
        if not term.closes_year:
            wanted["posted_before"] = term.cutoff_at
        session.execute(_adding(audience, term.year, term.until, term.closes_year), wanted)
    return {statements[branch.id] for branch in branches if len(branch.standards) > 1}


def measured_in(session: Session, place: Organization, year: int) -> MeasuredBranch:
    """Return a branch with the standards that measure its people in a year."""
    assert place.root_id is not None
    return MeasuredBranch(place.id, tuple(_Standards(session, place.root_id, year).of(place)))


def exempt_counts(session: Session, branches: Sequence[MeasuredBranch], on: date) -> Mapping[int, int]:
    """Return how many people are not managed that day, by branch."""
    return dict(session.execute(_exempt_counts(on), {"branch_ids": [branch.id for branch in branches]}).all())


@lru_cache(maxsize=64)
def _exempt_counts(on: date) -> Select[int, int]:
    of_these = Membership.organization_id.in_(bindparam("branch_ids", type_=BigInteger, expanding=True))
    return (
        select(Membership.organization_id, func.count())
        .join(Member, Member.id == Membership.member_id)
        .where(of_these, Membership.holds_on(on), is_exempt(on))
        .group_by(Membership.organization_id)
    )


def is_exempt(on: date) -> ColumnElement[bool]:
    """The condition that a member is 不列入管理范围 on a day."""
    return exempting(on).where(Exemption.member_id == Member.id).exists()


@lru_cache(maxsize=64)
def _adding(audience: Audience, year: int, until: date, closes_year: bool) -> Insert:
    """Return the statement that adds the lines of an audience, put together once for all branches."""
    is_total = and_(Score.member_id == Member.id, Score.year == year, Score.section == TOTAL)
    negative, total = func.coalesce(Score.negative, False), func.coalesce(Score.points, 0)
    lines = (
        select(
            Statement.id.label("statement_id"),
            Member.id.label("member_id"),
            bindparam("measured_by", type_=BigInteger).label("standard_id"),
            category_on(until).label("category"),
            stage_on(until).label("stage"),
            negative.label("negative"),
            total.label("total"),
            position(Statement.id, negative, total).label("position"),
            _previous(year, until).label("previous_id"),
            func.coalesce(_end(LedgerHead.seq, PointEntry.seq, closes_year), 0).label("head_seq"),
            func.coalesce(_end(LedgerHead.hash, PointEntry.hash, closes_year), GENESIS).label("head_hash"),
        )
        .join(Membership, and_(Membership.organization_id == Statement.organization_id, Membership.holds_on(until)))
        .join(Member, Member.id == Membership.member_id)
        .outerjoin(Score, is_total)
        .where(Statement.id.in_(bindparam("statement_ids", type_=BigInteger, expanding=True)))
        .where(stage_on(until).in_(AUDIENCE_STAGES[audience]), ~is_exempt(until))
    )
    adding = insert(StatementLine).from_select(list(lines.selected_columns.keys()), lines)
    return adding.execution_options(dml_strategy="raw")  # its parameters are not a row


def _end(head: InstrumentedAttribute[T], column: InstrumentedAttribute[T], closes_year: bool) -> ScalarSelect[T]:
    """Where a chain ends for a term: with the last entry posted before the cutoff (`column`).

    For a year that is closed it is the chain's own end (`head`): its ledgers are locked, and a clock that was ahead
    must not cost an entry that nobody can post again.
    """
    if closes_year:
        return select(head).where(LedgerHead.member_id == Member.id).scalar_subquery()
    cutoff = bindparam("posted_before", type_=UtcDateTime())
    before = select(column).where(PointEntry.member_id == Member.id, PointEntry.posted_at < cutoff)
    return before.order_by(PointEntry.seq.desc()).limit(1).scalar_subquery()


def _previous(year: int, until: date) -> ScalarSelect[int]:
    """The latest month of the year before this statement that has a line of the member's."""
    line, statement = aliased(StatementLine), aliased(Statement)
    earlier = (
        select(func.max(line.statement_id))
        .join(statement, statement.id == line.statement_id)
        .where(line.member_id == Member.id, statement.year == year, statement.until <= until)
        .where(statement.period != bindparam("of_period", type_=String), statement.status.in_(MONTHLY))
    )
    return earlier.scalar_subquery()
