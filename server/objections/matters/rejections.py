"""A claim that was not allowed, or for less than was claimed."""

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from server.claims.models import Claim
from server.claims.rules import STATUS_TITLES, ClaimStatus
from server.objections.matters import ObjectionMatter
from server.objections.matters.hands import of_claim
from server.objections.rules import Hand
from server.presentation import points_text


def describe(session: Session, subject_id: int, member_id: int) -> ObjectionMatter | None:
    """Describe a member's decided claim by its id. What is not decided yet, or was allowed in full, gives no ground."""
    claim = session.get(Claim, subject_id)
    if claim is None or claim.member_id != member_id or claim.occurred_on is None:
        return None
    lowered = claim.status == ClaimStatus.approved and claim.approved_points != claim.proposed_points
    if not lowered and claim.status != ClaimStatus.rejected:
        return None
    details = [("状态", STATUS_TITLES[ClaimStatus(claim.status)])]
    if claim.proposed_points is not None:
        details.append(("申报分值", points_text(claim.proposed_points)))
    if lowered and claim.approved_points is not None:
        details.append(("核定分值", points_text(claim.approved_points)))
    hands = of_claim(session, claim.id, member_id)
    if claim.decided_by is not None:
        hands[claim.decided_by] = Hand.decided
    return ObjectionMatter(
        organization_id=claim.organization_id,
        year=claim.occurred_on.year,
        title=f"个人申报：{claim.title}",
        details=tuple(details),
        path=f"/api/v1/claims/{claim.id}",
        hands=hands,
    )


def recent(session: Session, member_id: int, most: int) -> Sequence[int]:
    """Return the ids of a member's claims that were not allowed, or for less, the latest decided first."""
    lowered = and_(Claim.status == ClaimStatus.approved, Claim.approved_points != Claim.proposed_points)
    doubtful = or_(Claim.status == ClaimStatus.rejected, lowered)
    query = select(Claim.id).where(Claim.member_id == member_id, doubtful)
    return session.scalars(query.order_by(Claim.decided_at.desc(), Claim.id.desc()).limit(most)).all()
