"""For how many of a branch's members a month's dues are not registered yet."""

from collections.abc import Collection

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from server.dues.models import DuesRecord
from server.dues.rules import DuesState, last_day
from server.organizations.beginning import has_begun
from server.organizations.exemptions import exempting
from server.organizations.models import Exemption, Member, Membership, Organization
from server.organizations.service import in_force_on
from server.standards.rules import AUDIENCE_STAGES, Audience


def outstanding(session: Session, *, branch_ids: Collection[int], month: str) -> dict[int, int]:
    """Return by branch how many owe a month's dues of whom no, or not the whole, payment is registered.

    A branch that had not begun then is left out.
    """
    on = last_day(month)
    exempt = exempting(on).where(Exemption.member_id == Member.id)
    query = (
        select(Membership.organization_id, func.count())
        .join(Member, Member.id == Membership.member_id)
        .join(Organization, Organization.id == Membership.organization_id)
        .outerjoin(DuesRecord, and_(DuesRecord.member_id == Member.id, DuesRecord.month == month))
        .where(
            has_begun(on),
            Membership.organization_id.in_(branch_ids),
            in_force_on(on),
            Member.stage.in_(AUDIENCE_STAGES[Audience.members]),
            or_(DuesRecord.id.is_(None), DuesRecord.state == DuesState.open),
            ~exempt.exists(),
        )
        .group_by(Membership.organization_id)
    )
    return dict(session.execute(query).all())
