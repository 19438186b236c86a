"""Claims that wait for a reviewer, or for the opinion of a 群众代表."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, load_only

from server.claims.models import Claim, ClaimOpinion
from server.claims.reviewers import not_their_own, whose_are
from server.claims.rules import ClaimStatus
from server.days import shanghai_date
from server.identity.rules import RULES, Actor, Permission, reach
from server.organizations.four_eyes import RecentKeyResets
from server.organizations.officers import Officers
from server.organizations.waiting import Mine, WaitingCount, WaitingItem, WaitingKind, within


def _submitted(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    """A claim waits for those who may review it, never for the people it pays or its writers (`claims.reviewers`)."""
    submitted = (
        Claim.root_id == officers.root_id,
        Claim.status == ClaimStatus.submitted,
        *within(officers, Claim.organization_id),
    )
    roles, bars = RULES[Permission.claim_review].roles, RecentKeyResets(session, now=now)
    needed = load_only(Claim.organization_id, Claim.member_id, Claim.submitted_at, Claim.occurred_on)
    claims = session.scalars(select(Claim).where(*submitted).options(needed)).all()
    whose = whose_are(session, claims, ids=select(Claim.id).where(*submitted))
    for claim in claims:
        assert claim.submitted_at is not None
        in_turn = officers.in_turn(
            claim.organization_id,
            roles,
            not_members=whose[claim.id].paid,
            not_accounts=whose[claim.id].written_by,
            bars=bars,
            matter=whose[claim.id].matter,
        )
        yield WaitingItem(
            claim.organization_id,
            claim.id,
            shanghai_date(claim.submitted_at),
            in_turn,
            year=claim.occurred_on.year if claim.occurred_on else None,
            member_ids=frozenset(whose[claim.id].paid),
        )


def _unheard(session: Session, actor: Actor, mine: Mine, today: date) -> Iterator[WaitingCount]:
    """Claims under verification on which this 群众代表 has not said anything yet."""
    places = reach(actor, Permission.claim_comment)
    said = select(ClaimOpinion.id).where(ClaimOpinion.claim_id == Claim.id, ClaimOpinion.account_id == actor.account_id)
    query = (
        select(Claim.organization_id, func.count(), func.min(Claim.id))
        .where(
            Claim.organization_id.in_(places),
            Claim.status == ClaimStatus.submitted,
            ~said.exists(),
            *not_their_own(actor),
        )
        .group_by(Claim.organization_id)
    )
    for organization_id, count, first_id in session.execute(query) if places else ():
        yield WaitingCount(organization_id, count, first_id)


KINDS = (
    WaitingKind(code="claims", title="待审核", place=10, turns=_submitted, digest=("claims", "待审核 {} 条")),
    WaitingKind(code="opinions", title="申报待听取意见", place=80, counts=_unheard),
)
