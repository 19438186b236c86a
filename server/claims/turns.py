"""Claims that wait for a reviewer, or for the opinion of a 群众代表."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.claims.models import Claim, ClaimEvent, ClaimOpinion, ClaimParticipant, EventKind
from server.claims.reviewers import WRITING, not_his
from server.claims.rules import ClaimStatus
from server.days import shanghai_date
from server.identity.rules import RULES, Actor, Permission, reach
from server.organizations.four_eyes import Bars, Matter, accounts_of
from server.organizations.officers import Officers
from server.organizations.waiting import Mine, WaitingCount, WaitingItem, WaitingKind, within


def _submitted(session: Session, officers: Officers, now: datetime) -> Iterator[WaitingItem]:
    """A claim is reviewed by nobody whom it pays or who wrote it, and by another than theirs (`claims.reviewers`)."""
    submitted = (
        Claim.root_id == officers.root_id,
        Claim.status == ClaimStatus.submitted,
        *within(officers, Claim.organization_id),
    )
    paid, writers = defaultdict[int, set[int]](set), defaultdict[int, set[int]](set)
    came_in: dict[int, datetime] = {}
    shared = select(ClaimParticipant.claim_id, ClaimParticipant.member_id).join(
        Claim, Claim.id == ClaimParticipant.claim_id
    )
    for claim_id, member_id in session.execute(shared.where(*submitted)):
        paid[claim_id].add(member_id)
    written = select(ClaimEvent.claim_id, ClaimEvent.actor_id, ClaimEvent.kind, ClaimEvent.at).join(
        Claim, Claim.id == ClaimEvent.claim_id
    )
    written = written.where(*submitted, ClaimEvent.kind.in_(WRITING)).order_by(ClaimEvent.id)
    for claim_id, account_id, kind, at in session.execute(written):
        writers[claim_id].add(account_id)
        if kind == EventKind.submitted:
            came_in.setdefault(claim_id, at)
    roles = RULES[Permission.claim_review].roles
    claims = select(Claim.id, Claim.organization_id, Claim.member_id, Claim.submitted_at).where(*submitted)
    rows = session.execute(claims).all()
    for claim_id, _, member_id, _ in rows:
        paid[claim_id].add(member_id)
    accounts, bars = accounts_of(session, set().union(*paid.values())), Bars(session, now=now)
    for claim_id, organization_id, _, submitted_at in rows:
        assert submitted_at is not None
        parties = {accounts[each] for each in paid[claim_id] if each in accounts} | writers[claim_id]
        in_turn = officers.in_turn(
            organization_id,
            roles,
            not_members=paid[claim_id],
            not_accounts=writers[claim_id],
            bars=bars,
            matter=Matter(frozenset(parties), since=came_in.get(claim_id, submitted_at)),
        )
        yield WaitingItem(organization_id, claim_id, shanghai_date(submitted_at), in_turn)


def _unheard(session: Session, actor: Actor, mine: Mine, today: date) -> Iterator[WaitingCount]:
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
        yield WaitingCount(organization_id, count, first_id)


KINDS = (
    WaitingKind(code="claims", title="待审核", place=10, turns=_submitted, digest=("claims", "待审核 {} 条")),
    WaitingKind(code="opinions", title="申报待听取意见", place=80, counts=_unheard),
)
