"""The scores of an organization's members beside each other, the highest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter, itemgetter

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from server.organizations.models import Member, Membership, Organization, OrganizationKind
from server.points.decisions.negative_years import negative_members
from server.points.ledger.batch import Known, year_score
from server.points.ledger.chains import chunks, entries_of
from server.points.ledger.due import openings_due
from server.points.models import Score
from server.points.scores.queries import TOTAL
from server.points.scores.timelines import MemberTimelines


@dataclass(frozen=True, slots=True)
class MemberFigures:
    """One member's figures in a list."""

    member_id: int
    name: str
    work_number: str
    total: Decimal
    negative: bool
    sections: tuple[tuple[str, Decimal], ...]

    @property
    def rank(self) -> tuple[Decimal, int]:
        return _rank(self.total, self.member_id)


def figures_of(
    session: Session, *, organization_id: int, year: int, after: tuple[Decimal, int] | None, limit: int, on: date
) -> list[MemberFigures]:
    """Return the members' figures of an organization and all below it, the highest total first.

    Members whose year is not opened yet are included, with the figures they read themselves.
    """
    organization = session.get_one(Organization, organization_id)
    stored = select(Score.member_id).where(Score.year == year, Score.section == TOTAL, _within(organization, on))
    due = _due_figures(session, organization, year, on)
    if after is not None:
        points, member_id = after
        stored = stored.where(or_(Score.points < points, and_(Score.points == points, Score.member_id > member_id)))
        due = (each for each in due if each.rank > _rank(*after))
    page = session.scalars(stored.order_by(Score.points.desc(), Score.member_id).limit(limit)).all()
    return sorted([*_stored_figures(session, page, year), *due], key=attrgetter("rank"))[:limit]


def _rank(total: Decimal, member_id: int) -> tuple[Decimal, int]:
    return -total, member_id


def _stored_figures(session: Session, member_ids: Sequence[int], year: int) -> Iterator[MemberFigures]:
    rows = (
        select(Member, Score)
        .join(Score, Score.member_id == Member.id)
        .where(Member.id.in_(member_ids), Score.year == year)
        .order_by(Member.id, Score.section)
    )
    for member, of_member in groupby(session.execute(rows), key=itemgetter(0)):
        total, *sections = (row for _, row in of_member)  # the total's section comes first: it is ""
        parts = tuple((row.section, row.points) for row in sections)
        yield MemberFigures(member.id, member.name, member.work_number, total.points, total.negative, parts)


def _due_figures(session: Session, organization: Organization, year: int, on: date) -> Iterator[MemberFigures]:
    due = openings_due(year=year, today=on, places=_branches(organization))
    due = due.where(Score.member_id.is_(None), _belongs(organization))
    known: Known = {}
    for part in chunks(session.scalars(due).all()):
        standing, entries = MemberTimelines(session, part), entries_of(session, part, year)
        negative = negative_members(session, part, year)
        for member_id in part:  # where the results stand nothing is due
            zero = member_id in negative
            result = year_score(standing, member_id, year, entries[member_id], known=known, negative=zero)
            if result is not None:
                member = standing.member(member_id)
                (_, total), *sections = sorted(result.figures.items())
                yield MemberFigures(member_id, member.name, member.work_number, total, zero, tuple(sections))


def _within(organization: Organization, on: date) -> ColumnElement[bool]:
    """The condition that a score belongs to the organization; a 党小组 has the members who are in it on the day."""
    if organization.kind == OrganizationKind.group:
        here = select(Membership.member_id).where(_belongs(organization), Membership.ends_after(on))
        return Score.member_id.in_(here)
    return Score.organization_id.in_(_below(organization))


def _belongs(organization: Organization) -> ColumnElement[bool]:
    """The condition that a membership is of the organization."""
    if organization.kind == OrganizationKind.group:
        return Membership.group_id == organization.id
    return Membership.organization_id.in_(_below(organization))


def _branches(organization: Organization) -> Select[int]:
    """The organizations that may have members of this one: a 党小组's are those of its branch."""
    if organization.kind == OrganizationKind.group:
        return select(Organization.id).where(Organization.id == organization.parent_id)
    return _below(organization)


def _below(organization: Organization) -> Select[int]:
    return select(Organization.id).where(Organization.path.startswith(organization.path, autoescape=True))
