"""What the ids in this feature's paths stand for."""

from sqlalchemy.orm import Session

from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.organizations.targets import of_member
from server.points.models import NegativeDecision


def of_negative_decision(session: Session, decision_id: int) -> Target | None:
    """Whoever reaches the member's branch, not only their group, may act; the decision concerns the member."""
    decision = session.get(NegativeDecision, decision_id)
    return of_member(session, decision.member_id) if decision else None


negative_decision_target = TargetParameter("negative_decision_id", of_negative_decision)
