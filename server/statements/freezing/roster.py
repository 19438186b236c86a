"""Who has a line in a statement, under which standard, and where each member's chain stood at the cutoff."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import BigInteger, ColumnElement, ScalarSelect, Select, and_, func, insert, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

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
        lines = _lines(ids, audience, standard_id, term)
        session.execute(insert(StatementLine).from_select(list(lines.selected_columns.keys()), lines))
    return {statements[branch.id] for branch in branches if len(branch.standards) > 1}


def measured_in(session: Session, place: Organization, year: int) -> MeasuredBranch:
    """Return a branch with the standards that measure its people in a year."""
    assert place.root_id is not None
    return MeasuredBranch(place.id, tuple(_Standards(session, place.root_id, year).of(place)))


def exempt_counts(session: Session, branches: Sequence[MeasuredBranch], on: date) -> Mapping[int, int]:
    """Return how many people are not managed that day, by branch."""
    query = (
        select(Membership.organization_id, func.count())
        .join(Member, Member.id == Membership.member_id)
        .where(Membership.organization_id.in_([branch.id for branch in branches]), Membership.holds_on(on))
        .where(is_exempt(on))
        .group_by(Membership.organization_id)
    )
    return dict(session.execute(query).all())


def is_exempt(on: date) -> ColumnElement[bool]:
    """The condition that a member is 不列入管理范围 on a day."""
    return exempting(on).where(Exemption.member_id == Member.id).exists()


def _lines(
    statement_ids: Sequence[int], audience: Audience, standard_id: int, term: StatementTerm
) -> Select[*tuple[object, ...]]:
    is_total = and_(Score.member_id == Member.id, Score.year == term.year, Score.section == TOTAL)
    negative, total = func.coalesce(Score.negative, False), func.coalesce(Score.points, 0)
    return (
        select(
            Statement.id.label("statement_id"),
            Member.id.label("member_id"),
            literal(standard_id, BigInteger).label("standard_id"),
            category_on(term.until).label("category"),
            stage_on(term.until).label("stage"),
            negative.label("negative"),
            total.label("total"),
            position(Statement.id, negative, total).label("position"),
            _previous(term).label("previous_id"),
            func.coalesce(_end(LedgerHead.seq, PointEntry.seq, term), 0).label("head_seq"),
            func.coalesce(_end(LedgerHead.hash, PointEntry.hash, term), GENESIS).label("head_hash"),
        )
        .join(
            Membership, and_(Membership.organization_id == Statement.organization_id, Membership.holds_on(term.until))
        )
        .join(Member, Member.id == Membership.member_id)
        .outerjoin(Score, is_total)
        .where(
            Statement.id.in_(statement_ids), stage_on(term.until).in_(AUDIENCE_STAGES[audience]), ~is_exempt(term.until)
        )
    )


def _end(head: InstrumentedAttribute[T], column: InstrumentedAttribute[T], term: StatementTerm) -> ScalarSelect[T]:
    """Where a chain ends for the term: with the last entry posted before the cutoff (`column`).

    For a year that is closed it is the chain's own end (`head`): its ledgers are locked, and a clock that was ahead
    must not cost an entry that nobody can post again.
    """
    if term.closes_year:
        return select(head).where(LedgerHead.member_id == Member.id).scalar_subquery()
    before = select(column).where(PointEntry.member_id == Member.id, PointEntry.posted_at < term.cutoff_at)
    return before.order_by(PointEntry.seq.desc()).limit(1).scalar_subquery()


def _previous(term: StatementTerm) -> ScalarSelect[int]:
    """The latest month of the year before this statement that has a line of the member's."""
    line, statement = aliased(StatementLine), aliased(Statement)
    earlier = (
        select(func.max(line.statement_id))
        .join(statement, statement.id == line.statement_id)
        .where(line.member_id == Member.id, statement.year == term.year, statement.until <= term.until)
        .where(statement.period != term.period, statement.status.in_(MONTHLY))
    )
    return earlier.scalar_subquery()
