"""Reading objections: a member's, those of a place, one with its story, and what keeps a branch's year open."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.deadlines import queries as deadlines
from server.deadlines.models import Deadline, DeadlineSubject
from server.errors import not_found
from server.objections.models import Inquiry, Objection, ObjectionStep
from server.objections.rules import Due, Instance
from server.organizations.models import Organization


def get_objection(session: Session, objection_id: int) -> Objection:
    """Return an objection. Raises DomainError `not_found`."""
    objection = session.get(Objection, objection_id)
    if objection is None:
        raise not_found("异议")
    return objection


def of_member(session: Session, member_id: int, *, before_id: int | None = None, limit: int = 100) -> list[Objection]:
    """Return what a member has raised, the latest first."""
    query = select(Objection).where(Objection.member_id == member_id)
    if before_id is not None:
        query = query.where(Objection.id < before_id)
    return list(session.scalars(query.order_by(Objection.id.desc()).limit(limit)))


def of_organization(
    session: Session, organization_id: int, *, is_open: bool | None, before_id: int | None = None, limit: int = 100
) -> list[Objection]:
    """Return the objections to what an organization, or one below it, decided, the latest first.

    `is_open` None means all.
    """
    path = session.get_one(Organization, organization_id).path
    query = select(Objection).join(Organization, Organization.id == Objection.organization_id)
    query = query.where(Organization.path.startswith(path, autoescape=True))
    if is_open is not None:
        query = query.where(Objection.open.is_(True) if is_open else Objection.open.is_(None))
    if before_id is not None:
        query = query.where(Objection.id < before_id)
    return list(session.scalars(query.order_by(Objection.id.desc()).limit(limit)))


def story_of(session: Session, objection_id: int) -> Sequence[ObjectionStep]:
    """Return the steps of an objection, oldest first."""
    query = select(ObjectionStep).where(ObjectionStep.objection_id == objection_id)
    return session.scalars(query.order_by(ObjectionStep.id)).all()


def inquiries_of(session: Session, objection_id: int) -> dict[Instance, Inquiry]:
    """Return the looks into an objection, by instance."""
    rows = session.scalars(select(Inquiry).where(Inquiry.objection_id == objection_id))
    return {Instance(row.instance): row for row in rows}


def open_one_of(session: Session, objection: Objection) -> Objection | None:
    """Return the open objection of the same member to the same matter, another one or this one."""
    query = select(Objection).where(
        Objection.subject_kind == objection.subject_kind,
        Objection.subject_id == objection.subject_id,
        Objection.member_id == objection.member_id,
        Objection.open.is_(True),
    )
    return session.scalar(query)


def open_in_year(session: Session, organization_id: int, year: int) -> int:
    """Return how many objections keep a branch's year from being settled."""
    query = select(func.count()).where(
        Objection.organization_id == organization_id, Objection.year == year, Objection.open.is_(True)
    )
    return session.scalar(query) or 0


def due_of(session: Session, objection_id: int, kind: Due) -> date | None:
    """Return the day by which a step was or is to be taken; None where it never had one."""
    found = deadlines.deadline_of(session, DeadlineSubject.objection, objection_id, kind)
    return found.due_on if found is not None else None


def open_dues_of(session: Session, objection_ids: Collection[int]) -> dict[int, Deadline]:
    """Return what each objection waits for, the first of its open due days; those without one are left out."""
    found = deadlines.deadlines_of(session, DeadlineSubject.objection, objection_ids)
    waiting = ((each, [due.row for due in dues if due.row.open]) for each, dues in found.items())
    return {each: rows[0] for each, rows in waiting if rows}


def open_due_of(session: Session, objection_id: int) -> Deadline | None:
    """Return what one objection waits for, if anything."""
    return open_dues_of(session, [objection_id]).get(objection_id)


def lapsing(session: Session, *, today: date, limit: int) -> Sequence[int]:
    """Return answered objections to which nothing was said in time."""
    query = (
        select(Deadline.subject_id)
        .where(Deadline.subject_kind == DeadlineSubject.objection, Deadline.kind == Due.silence)
        .where(Deadline.open.is_(True), Deadline.due_on < today)
        .order_by(Deadline.id)
        .limit(limit)
    )
    return session.scalars(query).all()
