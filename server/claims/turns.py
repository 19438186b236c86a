"""Claims that wait for a reviewer, or for the opinion of a 群众代表."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.claims.models import Claim, ClaimEvent, ClaimOpinion, ClaimParticipant
from server.claims.reviewers import WRITING, not_his
from server.claims.rules import ClaimStatus
from server.clock import shanghai_date
from server.identity.rules import RULES, Actor, Permission, reach
from server.organizations.officers import Officers
from server.organizations.waiting import Count, Mine, Turn, Waiting, within


def _submitted(session: Session, officers: Officers, now: datetime) -> Iterator[Turn]:
    """A claim is reviewed by nobody whom it pays or who wrote it (`claims.reviewers`)."""
    submitted = (
        Claim.root_id == officers.root_id,
        Claim.status == ClaimStatus.submitted,
        *within(officers, Claim.organization_id),
    )
    paid, writers = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    shared = select(ClaimParticipant.claim_id, ClaimParticipant.member_id).join(
        Claim, Claim.id == ClaimParticipant.claim_id
    )
    for claim_id, member_id in session.execute(shared.where(*submitted)):
        paid[claim_id].add(member_id)
    written = select(ClaimEvent.claim_id, ClaimEvent.actor_id).join(Claim, Claim.id == ClaimEvent.claim_id)
    for claim_id, account_id in session.execute(written.where(*submitted, ClaimEvent.kind.in_(WRITING))):
        writers[claim_id].add(account_id)
    roles = RULES[Permission.claim_review].roles
    claims = select(Claim.id, Claim.organization_id, Claim.member_id, Claim.submitted_at).where(*submitted)
    for claim_id, organization_id, member_id, submitted_at in session.execute(claims):
        assert submitted_at is not None
        in_turn = officers.in_turn(
            organization_id, roles, not_members=paid[claim_id] | {member_id}, not_accounts=writers[claim_id]
        )
        yield Turn(organization_id, claim_id, shanghai_date(submitted_at), in_turn)


def _unheard(session: Session, actor: Actor, mine: Mine, today: date) -> Iterator[Count]:
    """Claims under verification on which this 群众代表 has not said anything yet."""
    places = reach(actor, Permission.claim_comment)
    said = select(ClaimOpinion.id).where(ClaimOpinion.claim_id == Claim.id, ClaimOpinion.account_id == actor.account_id)
    query = (
        select(Claim.organization_id, func.count(), func.min(Claim.id))
        .where(
            Claim.organization_id.in_(places), Claim.status == ClaimStatus.submitted, ~said.exists(), *not_his(actor)
        )
        .group_by(Claim.organization_id)
    )
    for organization_id, count, first_id in session.execute(query) if places else ():
        yield Count(organization_id, count, first_id)


KINDS = (
    Waiting(code="claims", title="待审核", place=10, turns=_submitted, digest=("claims", "待审核 {} 条")),
    Waiting(code="opinions", title="申报待听取意见", place=80, counts=_unheard),
)
