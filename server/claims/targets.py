"""A claim in a path stands for its member, in the branch of the fact's day."""

from sqlalchemy.orm import Session

from server.claims.models import Claim
from server.claims.steps import places_of
from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.organizations.queries import ancestor_ids


def of_claim(session: Session, claim_id: int) -> Target | None:
    claim = session.get(Claim, claim_id)
    if claim is None:
        return None
    return Target(ancestor_ids(session, claim.organization_id), claim.member_id, row=claim)


def of_work(session: Session, claim_id: int) -> Target | None:
    """The same, for everyone a joint work pays: for reading, not for writing."""
    claim = session.get(Claim, claim_id)
    if claim is None:
        return None
    ancestors = ancestor_ids(session, claim.organization_id)
    return Target(ancestors, claim.member_id, sharer_ids=frozenset(places_of(session, claim)), row=claim)


claim_target = TargetParameter("claim_id", of_claim)
work_target = TargetParameter("claim_id", of_work)
