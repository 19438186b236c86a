"""A claim that was rejected, or allowed for less: decided anew."""

from dataclasses import replace

from sqlalchemy.orm import Session

from server.claims import review
from server.claims.models import Claim
from server.claims.rules import STATUS_TITLES, ClaimStatus
from server.objections.corrections.acts import REASON, Act, Proposal, Remedy
from server.objections.rules import CorrectionKind
from server.presentation import points_text

_DECIDED = (ClaimStatus.approved, ClaimStatus.rejected)


def propose(session: Session, source_id: int, member_id: int, wished: Remedy) -> Proposal | None:
    """Allow a claim what it proposed, or what is wished; None once it is allowed that."""
    claim = session.get_one(Claim, source_id)
    allowed = wished.points if wished.points is not None else claim.proposed_points
    if claim.status not in _DECIDED or allowed is None or claim.approved_points == allowed:
        return None
    before = STATUS_TITLES[ClaimStatus(claim.status)]
    if claim.approved_points is not None:
        before = f"{before} {points_text(claim.approved_points)} 分"
    return Proposal(
        kind=CorrectionKind.claim,
        organization_id=claim.organization_id,
        place=f"个人申报：{claim.title}",
        words=f"{before}，改为认定 {points_text(allowed)} 分",
        remedy=replace(Remedy(), points=allowed),
        roles=review.MAY_REVOKE,
    )


def carry_out(session: Session, act: Act) -> None:
    claim = session.get_one(Claim, act.source_id)
    review.decide_anew(
        session,
        claim_id=claim.id,
        actor=act.actor,
        version=claim.version,
        approved_points=act.proposal.remedy.points,
        reason=REASON,
        now=act.now,
    )
