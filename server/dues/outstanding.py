"""How many of a branch's members have a month's dues not registered yet, and which months wait by a consent."""

from collections.abc import Collection, Sequence

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from server.dues.models import DuesConsent, DuesRecord
from server.dues.rules import DuesState, last_day
from server.dues.terms import due_after, running
from server.organizations.beginning import has_begun
from server.organizations.exemptions import exempting
from server.organizations.history.queries import stage_on
from server.organizations.models import Exemption, Member, Membership, Organization
from server.standards.rules import AUDIENCE_STAGES, Audience


def months_agreed(session: Session, *, branch_ids: Collection[int], due_months: Sequence[str]) -> list[str]:
    """Return the earlier months that, by a consent, are due in one of these, the earliest first."""
    query = (
        select(DuesConsent)
        .join(
            Membership,
            and_(Membership.member_id == DuesConsent.member_id, Membership.holds_on(last_day(due_months[-1]))),
        )
        .where(Membership.organization_id.in_(branch_ids), or_(*(running(month) for month in due_months)))
    )
    terms = [consent.term for consent in session.scalars(query)] if branch_ids else []
    found = {month for term in terms for due in due_months for month in term.months_due(due)}
    return sorted(found.difference(due_months))


def outstanding(
    session: Session, *, branch_ids: Collection[int], month: str, latest: str | None = None
) -> dict[int, int]:
    """Return by branch how many members owe a month's dues that are not registered, or not in full.

    Members who may pay after the month `latest` (by default the same), by the branch's consent, are left out, and so is
    a branch that had not begun then.
    """
    on = last_day(month)
    later = select(DuesConsent.id).where(DuesConsent.member_id == Member.id, due_after(month, latest or month))
    exempt = exempting(on).where(Exemption.member_id == Member.id)
    query = (
        select(Membership.organization_id, func.count())
        .join(Member, Member.id == Membership.member_id)
        .join(Organization, Organization.id == Membership.organization_id)
        .outerjoin(DuesRecord, and_(DuesRecord.member_id == Member.id, DuesRecord.month == month))
        .where(
            has_begun(on),
            Membership.organization_id.in_(branch_ids),
            Membership.holds_on(on),
            stage_on(on).in_(AUDIENCE_STAGES[Audience.members]),
            or_(DuesRecord.id.is_(None), DuesRecord.state == DuesState.open),
            ~exempt.exists(),
            ~later.exists(),
        )
        .group_by(Membership.organization_id)
    )
    return dict(session.execute(query).all())
