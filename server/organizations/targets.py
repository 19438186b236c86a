"""What the ids in a path stand for, as far as organizations and members go."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.identity.guard import TargetParameter
from server.identity.rules import Target
from server.organizations.models import Membership
from server.organizations.service import ancestor_ids


def of_organization(session: Session, organization_id: int) -> Target | None:
    ancestors = ancestor_ids(session, organization_id)
    return Target(ancestors) if ancestors else None


def of_member(session: Session, member_id: int) -> Target | None:
    """A member belongs to his latest branch, and to his group in it: a group leader reaches only his own group."""
    latest = session.scalar(
        select(Membership).where(Membership.member_id == member_id).order_by(Membership.from_date.desc()).limit(1)
    )
    if latest is None:
        return None
    return Target(ancestor_ids(session, latest.group_id or latest.organization_id), member_id)


organization_target = TargetParameter("organization_id", of_organization)
member_target = TargetParameter("member_id", of_member)
