"""Reading objections: a member's, those of a place, one with its story, and what keeps a branch's year open."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server.deadlines import queries as deadlines
from server.deadlines.models import Deadline, DeadlineSubject
from server.errors import not_found
from server.objections.models import Inquiry, LetterReceipt, Objection, ObjectionHand, ObjectionStep
from server.objections.rules import Due, Hand, Instance, Letter
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
    """Return how many objections keep a branch's year from being settled: those under way, and what was upheld until
    it is put right."""
    waits = or_(Objection.open.is_(True), Objection.to_correct.is_(True))
    query = select(func.count()).where(Objection.organization_id == organization_id, Objection.year == year, waits)
    return session.scalar(query) or 0


def due_of(session: Session, objection_id: int, kind: Due) -> date | None:
    """Return the day by which a step was or is to be taken; None where it never had one."""
    found = deadlines.deadline_of(session, DeadlineSubject.objection, objection_id, kind)
    return found.due_on if found is not None else None


def open_dues_of(session: Session, objection_ids: Collection[int], *, correction: bool = False) -> dict[int, Deadline]:
    """Return what the course of each objection waits for; those that wait for nothing are left out.

    With `correction` the day by which what was upheld has to be put right.
    """
    found = deadlines.deadlines_of(session, DeadlineSubject.objection, objection_ids)
    waiting = {
        each: [due.row for due in dues if due.row.open and (due.row.kind == Due.correction) is correction]
        for each, dues in found.items()
    }
    return {each: rows[0] for each, rows in waiting.items() if rows}


def open_due_of(session: Session, objection_id: int, *, correction: bool = False) -> Deadline | None:
    """Return what one objection waits for, if anything; with `correction` as `open_dues_of`."""
    return open_dues_of(session, [objection_id], correction=correction).get(objection_id)


def recorded_hands(session: Session, objection_id: int) -> dict[int, Hand]:
    """Return who had a hand in the matter when the objection was raised, by account."""
    rows = select(ObjectionHand.account_id, ObjectionHand.hand).where(ObjectionHand.objection_id == objection_id)
    return {account_id: Hand(hand) for account_id, hand in session.execute(rows)}


def receipts_of(session: Session, objection_id: int) -> dict[Letter, LetterReceipt]:
    """Return which letters of an objection arrived."""
    rows = session.scalars(select(LetterReceipt).where(LetterReceipt.objection_id == objection_id))
    return {Letter(row.letter): row for row in rows}


def answering(session: Session, objection: Objection) -> Inquiry | None:
    """Return the look whose answer counts: that of the second instance, else of the first; None before any."""
    found = inquiries_of(session, objection.id)
    answered = (found.get(each) for each in (Instance.second, Instance.first))
    return next((each for each in answered if each is not None and each.answered_at is not None), None)


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
