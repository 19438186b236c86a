"""A claim in a path stands for its member, in the branch of the fact's day."""

from sqlalchemy.orm import Session

from server.claims.models import Claim
from server.identity.guard import TargetParameter
from server.identity.rules import Target
from server.organizations.service import ancestor_ids


def of_claim(session: Session, claim_id: int) -> Target | None:
    claim = session.get(Claim, claim_id)
    return Target(ancestor_ids(session, claim.organization_id), claim.member_id) if claim else None


claim_target = TargetParameter("claim_id", of_claim)
