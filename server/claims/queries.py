"""Reading claims: one claim, a member's own, what became of it, and who may share in it."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.claims.models import Claim, ClaimEvent, ClaimOpinion, ClaimParticipant
from server.claims.rules import ClaimStatus
from server.errors import not_found
from server.identity.rules import Actor
from server.organizations.models import Member, Membership
from server.organizations.queries import branch_of


def visible(session: Session, claim_id: int, actor: Actor) -> Claim:
    """Return a claim as far as it concerns the caller: what a member has only drafted is nobody else's business."""
    claim = session.get(Claim, claim_id)
    own = claim is not None and claim.member_id == actor.member_id
    if claim is None or not (own or claim.submitted_at or claim.on_behalf_reason):
        raise not_found("申报")
    return claim


def claims_of_member(
    session: Session,
    *,
    member_id: int,
    own: bool,
    limit: int,
    before_id: int | None = None,
    status: ClaimStatus | None = None,
    year: int | None = None,
    item_code: str | None = None,
) -> list[Claim]:
    """Return up to `limit` of a member's claims and of those they share in, newest first.

    Drafts are among them only with `own`, or if somebody else entered them for the member.
    """
    # A union, for which the database uses an index on each side; for an OR it looks through all claims.
    shared = select(Claim.id).join(ClaimParticipant, ClaimParticipant.claim_id == Claim.id)
    shared = shared.where(ClaimParticipant.member_id == member_id, Claim.submitted_at.is_not(None))
    ids = select(Claim.id).where(Claim.member_id == member_id).union(shared).subquery()
    query = select(Claim).join(ids, ids.c.id == Claim.id)
    if not own:
        query = query.where(or_(Claim.submitted_at.is_not(None), Claim.on_behalf_reason.is_not(None)))
    if before_id is not None:
        query = query.where(Claim.id < before_id)
    if status is not None:
        query = query.where(Claim.status == status)
    if year is not None:
        query = query.where(Claim.occurred_on.between(date(year, 1, 1), date(year, 12, 31)))
    if item_code is not None:
        query = query.where(Claim.item_code == item_code)
    return list(session.scalars(query.order_by(Claim.id.desc()).limit(limit)))


def fellows(session: Session, *, member_id: int, on: date) -> list[Member]:
    """Return the other members of the branch a member belonged to on a day, by name; empty if they had no branch."""
    branch = branch_of(session, member_id=member_id, on=on)
    if branch is None:
        return []
    query = (
        select(Member)
        .join(Membership, Membership.member_id == Member.id)
        .where(Membership.organization_id == branch.id, Membership.holds_on(on), Member.id != member_id)
    )
    return list(session.scalars(query.order_by(Member.name, Member.id)))


def timeline(session: Session, claim_id: int) -> list[ClaimEvent]:
    return list(session.scalars(select(ClaimEvent).where(ClaimEvent.claim_id == claim_id).order_by(ClaimEvent.id)))


def opinions_of(session: Session, claim_ids: Collection[int]) -> list[ClaimOpinion]:
    """Return the claims' verification notes and representatives' opinions, oldest first."""
    rows = select(ClaimOpinion).where(ClaimOpinion.claim_id.in_(claim_ids)).order_by(ClaimOpinion.id)
    return list(session.scalars(rows))
