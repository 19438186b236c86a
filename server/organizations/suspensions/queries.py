"""Who is suspended. That they belong to no branch meanwhile is said by their memberships alone."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.organizations.models import Member, Organization
from server.organizations.suspensions.models import Suspension


def open_suspension(session: Session, member_id: int) -> Suspension | None:
    """Return a member's 停止党籍 that is not ended."""
    query = select(Suspension).where(Suspension.member_id == member_id, Suspension.open.is_(True))
    return session.scalar(query)


def suspended_of(session: Session, member_ids: Collection[int]) -> frozenset[int]:
    """Return which of these members are suspended, also from a day that lies behind; one statement."""
    query = select(Suspension.member_id).where(Suspension.member_id.in_(member_ids), Suspension.open.is_(True))
    return frozenset(session.scalars(query))


def list_below(
    session: Session, *, organization_id: int, before_id: int | None, limit: int
) -> Sequence[tuple[Suspension, Member, Organization]]:
    """Return the suspensions at and below an organization, ended ones too, the latest first."""
    path = session.get_one(Organization, organization_id).path
    query = (
        select(Suspension, Member, Organization)
        .join(Member, Member.id == Suspension.member_id)
        .join(Organization, Organization.id == Suspension.organization_id)
        .where(Organization.path.startswith(path, autoescape=True))
    )
    if before_id is not None:
        query = query.where(Suspension.id < before_id)
    rows = session.execute(query.order_by(Suspension.id.desc()).limit(limit))
    return [(suspension, member, branch) for suspension, member, branch in rows]
