"""The tree of organizations and who belonged where on a day."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.organizations.models import Membership, Organization


def ancestor_ids(session: Session, organization_id: int) -> tuple[int, ...]:
    """Return ids from the root down to and including the organization; empty if it does not exist."""
    organization = session.get(Organization, organization_id)
    return organization.ancestor_ids if organization else ()


def membership_on(session: Session, *, member_id: int, on: date) -> Membership | None:
    """Return the membership in force on a day (`from_date` inclusive, `until_date` exclusive)."""
    return session.scalar(
        select(Membership).where(
            Membership.member_id == member_id,
            Membership.from_date <= on,
            or_(Membership.until_date.is_(None), Membership.until_date > on),
        )
    )


def branch_of(session: Session, *, member_id: int, on: date) -> Organization | None:
    """Return the branch a member belonged to on a day."""
    membership = membership_on(session, member_id=member_id, on=on)
    return session.get(Organization, membership.organization_id) if membership else None
