"""Vacations as they stand, and the due days of subjects with their history."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.deadlines.models import Deadline, DeadlineMove, DeadlineSubject, Vacation
from server.deadlines.rules import Terms
from server.organizations.history.queries import category_on
from server.organizations.models import Category, Member, Membership, Organization
from server.organizations.workdays import AROUND, calendar_of


@dataclass(frozen=True, slots=True)
class DueDay:
    """A due day and how it moved, oldest first."""

    row: Deadline
    moves: tuple[DeadlineMove, ...]


def vacations_around(session: Session, *, root_id: int, day: date) -> Sequence[Vacation]:
    """Return a university's vacations of the years before and after a day, in order."""
    near = (Vacation.first_day <= day + AROUND, Vacation.last_day >= day - AROUND)
    query = select(Vacation).where(Vacation.root_id == root_id, *near)
    return session.scalars(query.order_by(Vacation.first_day, Vacation.category, Vacation.id)).all()


def vacations_of_year(session: Session, *, root_id: int, year: int) -> Sequence[Vacation]:
    """Return the vacations that have days in a year, in order."""
    within = (Vacation.first_day <= date(year, 12, 31), Vacation.last_day >= date(year, 1, 1))
    query = select(Vacation).where(Vacation.root_id == root_id, *within)
    return session.scalars(query.order_by(Vacation.first_day, Vacation.category, Vacation.id)).all()


def terms_of(session: Session, *, root_id: int, categories: Collection[Category], around: date) -> Terms:
    """Return the working days and the vacations of these kinds of people, for the years before and after a day."""
    rows = vacations_around(session, root_id=root_id, day=around)
    ranges = tuple(row.range for row in rows if row.category in categories)
    return Terms(calendar_of(session, root_id=root_id, around=around), ranges)


def terms_of_organization(session: Session, organization_id: int, *, around: date) -> Terms:
    """Return the working days and vacations that count in an organization, by who belongs to it on the day."""
    root_id = session.get_one(Organization, organization_id).root_id
    assert root_id is not None
    categories = categories_in(session, organization_id, on=around)
    return terms_of(session, root_id=root_id, categories=categories, around=around)


def categories_in(session: Session, organization_id: int, *, on: date) -> frozenset[Category]:
    """Return the kinds of people who belong to an organization, or below it, on a day.

    A vacation of any of them counts: what is publicized has to be seen by all. The retired have none.
    """
    path = session.get_one(Organization, organization_id).path
    found = (
        select(category_on(on))
        .select_from(Member)
        .join(Membership, Membership.member_id == Member.id)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Organization.path.startswith(path, autoescape=True), Membership.holds_on(on))
        .distinct()
    )
    return frozenset(map(Category, session.scalars(found)))


def deadlines_of(session: Session, subject: DeadlineSubject, ids: Iterable[int]) -> dict[int, list[DueDay]]:
    """Return the due days of subjects by their ids, open and closed, each with its moves; two statements."""
    wanted = list(dict.fromkeys(ids))
    rows = session.scalars(
        select(Deadline)
        .where(Deadline.subject_kind == subject, Deadline.subject_id.in_(wanted))
        .order_by(Deadline.due_on, Deadline.id)
    ).all()
    moves: dict[int, list[DeadlineMove]] = {row.id: [] for row in rows}
    query = select(DeadlineMove).where(DeadlineMove.deadline_id.in_(moves)).order_by(DeadlineMove.id)
    for move in session.scalars(query):
        moves[move.deadline_id].append(move)
    found: dict[int, list[DueDay]] = {each: [] for each in wanted}
    for row in rows:
        found[row.subject_id].append(DueDay(row, tuple(moves[row.id])))
    return found


def deadline_of(session: Session, subject: DeadlineSubject, subject_id: int, kind: str) -> Deadline | None:
    """Return one due day of a subject, open or closed."""
    return session.scalar(
        select(Deadline).where(
            Deadline.subject_kind == subject, Deadline.subject_id == subject_id, Deadline.kind == kind
        )
    )
