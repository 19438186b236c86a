"""That a negative-list decision was registered: whether it says what the paper says. The decision itself is another
matter (对决定不服的，依规申诉)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.objections.matters import ObjectionMatter
from server.objections.matters.hands import of_negative
from server.points.models import NegativeDecision
from server.points.scores.rules import NegativeStatus


def describe(session: Session, subject_id: int, member_id: int) -> ObjectionMatter | None:
    """Describe a member's confirmed registration by its id; before it is confirmed they know nothing of it."""
    decision = session.get(NegativeDecision, subject_id)
    if decision is None or decision.member_id != member_id or decision.confirmed_at is None:
        return None
    if decision.status == NegativeStatus.recorded:
        return None
    return ObjectionMatter(
        organization_id=decision.organization_id,
        year=decision.year,
        title=f"组织决定的登记：{decision.document_number}",
        details=(("决定日期", decision.decided_on.isoformat()),),
        hands=of_negative(session, decision.id, member_id),
    )


def recent(session: Session, member_id: int, most: int) -> Sequence[int]:
    """Return the ids of a member's latest confirmed registrations."""
    of_member = (NegativeDecision.member_id == member_id, NegativeDecision.confirmed_at.is_not(None))
    query = select(NegativeDecision.id).where(*of_member).order_by(NegativeDecision.id.desc()).limit(most)
    return session.scalars(query).all()
