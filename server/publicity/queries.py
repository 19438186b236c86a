"""Publicities, what is shown of them, and how to reach those who stand for them."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from server.deadlines.models import DeadlineSubject
from server.deadlines.queries import DueDay, deadlines_of, terms_of_organization
from server.deadlines.rules import Terms
from server.identity import queries as identity
from server.identity.rules import RULES, Permission, Role
from server.organizations.models import Member, Membership, Organization
from server.organizations.queries import ancestor_ids
from server.publicity.models import Publicity
from server.publicity.owners import PublicityContent, owner_of
from server.publicity.rules import PublicityScope, PublicitySubject

LAST_DAY = "last_day"
"""The kind of a publicity's due day."""


def current_of(session: Session, subject_kind: PublicitySubject, subject_id: int) -> Publicity | None:
    """Return the publicity of a subject that is not withdrawn, if there is one."""
    return session.scalar(
        select(Publicity).where(
            Publicity.subject_kind == subject_kind, Publicity.subject_id == subject_id, Publicity.open.is_(True)
        )
    )


def of_organization(
    session: Session, organization_id: int, *, approved_only: bool, before_id: int | None, limit: int
) -> Sequence[Publicity]:
    """Return what is publicized in an organization, the latest first: its own, and by their scope those from below.

    `approved_only` leaves out what members never saw.
    """
    above = and_(Organization.parent_id == organization_id, Organization.parent_id != Publicity.root_id)
    of_unit = and_(above, Publicity.scope != PublicityScope.branch)
    for_all = and_(Publicity.root_id == organization_id, Publicity.scope == PublicityScope.outside)
    query = (
        select(Publicity)
        .join(Organization, Organization.id == Publicity.organization_id)
        .where(or_(Publicity.organization_id == organization_id, of_unit, for_all))
    )
    if approved_only:
        query = query.where(Publicity.approved_at.is_not(None))
    if before_id is not None:
        query = query.where(Publicity.id < before_id)
    return session.scalars(query.order_by(Publicity.id.desc()).limit(limit)).all()


def content_of(session: Session, row: Publicity) -> PublicityContent:
    """Return what is shown, as its owner has it."""
    return owner_of(PublicitySubject(row.subject_kind)).content(session, row.subject_id)


def terms_for(session: Session, row: Publicity) -> Terms:
    """Return the working days and vacations by which a publicity is counted."""
    return terms_of_organization(session, row.organization_id, around=row.first_day)


def due_day_of(session: Session, row: Publicity) -> DueDay | None:
    """Return the last day of a publicity with how it moved."""
    return next(iter(deadlines_of(session, DeadlineSubject.publicity, [row.id])[row.id]), None)


def roles_in(session: Session, account_id: int, organization_id: int, permission: Permission, on: date) -> set[Role]:
    """Return the roles by which an account has a permission in an organization on a day."""
    above = set(ancestor_ids(session, organization_id))
    held = identity.grants_of(session, account_id, on=on)
    return {Role(each.role) for each in held if each.organization_id in above} & RULES[permission].roles


def numbers_in(session: Session, organization_id: int, on: date) -> list[str]:
    """Return the 工号 and 学号 of an organization's members on a day: they may not be publicized."""
    path = session.get_one(Organization, organization_id).path
    query = (
        select(Member.work_number)
        .join(Membership, Membership.member_id == Member.id)
        .join(Organization, Organization.id == Membership.organization_id)
        .where(Organization.path.startswith(path, autoescape=True), Membership.holds_on(on))
    )
    return list(session.scalars(query))
