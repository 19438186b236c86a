"""Whose turn it is: the branch reviews, and where it has nobody else who may, the organization above does."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from server.claims.models import Claim, ClaimEvent, ClaimParticipant, EventKind
from server.claims.rules import ClaimStatus, review_refusal
from server.claims.steps import places_of
from server.clock import shanghai_date
from server.errors import DomainError
from server.identity.models import Account, Grant
from server.identity.rules import RULES, Actor, Permission, reach
from server.organizations.models import Organization, ids_in
from server.organizations.service import ancestor_ids

WRITING = (EventKind.created, EventKind.edited, EventKind.submitted, EventKind.resubmitted)
"""Who did one of these wrote the claim and may not decide it."""

AT_ONCE = 50
"""Claims looked at together on the way through a queue."""


def check_reviewer(session: Session, claim: Claim, actor: Actor, *, now: datetime) -> None:
    """Raise DomainError 403 `own_claim` or `own_entry` if he never may decide it, `other_reviewer` if others must."""
    refusal = review_refusal(
        reviewer_account=actor.account_id,
        reviewer_member=actor.member_id,
        paid_members=places_of(session, claim),
        written_by=writers(session, claim.id),
    )
    if refusal is not None:
        raise DomainError(refusal.code, refusal.message, status=HTTPStatus.FORBIDDEN)
    place = reviewing_organization(session, claim, on=shanghai_date(now))
    if place is None or place.id not in reach(actor, Permission.claim_review):
        title = place.title if place else "上级党组织"
        detail = {"organization_id": place.id if place else None}
        message = f"该申报由{title}审核"
        raise DomainError("other_reviewer", message, status=HTTPStatus.FORBIDDEN, detail=detail)


def reviewing_organization(session: Session, claim: Claim, *, on: date) -> Organization | None:
    """Return the branch, or the nearest organization above it that has somebody who may decide this claim."""
    place = _reviewing_places(session, [claim], on).get(claim.id)
    return session.get(Organization, place) if place is not None else None


def _reviewing_places(session: Session, claims: Sequence[Claim], on: date) -> dict[int, int]:
    """Return the reviewing organization's id by claim; a claim that nobody may decide has none."""
    paid, written = _paid(session, claims), _written(session, [claim.id for claim in claims])
    branches = {claim.organization_id for claim in claims}
    paths = select(Organization.id, Organization.path).where(Organization.id.in_(branches))
    upwards = {branch: ids_in(path)[::-1] for branch, path in session.execute(paths)}
    holders = defaultdict[int, list[tuple[int, int | None]]](list)
    places = {place for above in upwards.values() for place in above}
    query = select(Grant.organization_id, Account.id, Account.member_id).join(Account, Account.id == Grant.account_id)
    for place, account_id, member_id in session.execute(query.where(Grant.organization_id.in_(places), _holding(on))):
        holders[place].append((account_id, member_id))

    def may(claim: Claim, place: int) -> bool:
        return any(
            account_id not in written[claim.id] and member_id not in paid[claim.id]
            for account_id, member_id in holders[place]
        )

    nearest = {claim.id: next((p for p in upwards[claim.organization_id] if may(claim, p)), None) for claim in claims}
    return {claim_id: place for claim_id, place in nearest.items() if place is not None}


def _paid(session: Session, claims: Sequence[Claim]) -> dict[int, set[int]]:
    """Return the members whom each claim pays."""
    paid = {claim.id: {claim.member_id} for claim in claims}
    shared = select(ClaimParticipant.claim_id, ClaimParticipant.member_id)
    for claim_id, member_id in session.execute(shared.where(ClaimParticipant.claim_id.in_(paid))):
        paid[claim_id].add(member_id)
    return paid


def _written(session: Session, claim_ids: Sequence[int]) -> dict[int, set[int]]:
    """Return the accounts that entered, edited or submitted each claim."""
    written: dict[int, set[int]] = {claim_id: set() for claim_id in claim_ids}
    rows = select(ClaimEvent.claim_id, ClaimEvent.actor_id).where(ClaimEvent.kind.in_(WRITING))
    for claim_id, account_id in session.execute(rows.where(ClaimEvent.claim_id.in_(written))):
        written[claim_id].add(account_id)
    return written


def writers(session: Session, claim_id: int) -> set[int]:
    """Return the accounts that entered, edited or submitted a claim."""
    return _written(session, [claim_id])[claim_id]


def queue(
    session: Session,
    *,
    organization: Organization,
    actor: Actor,
    now: datetime,
    limit: int,
    after: tuple[datetime, int] | None = None,
) -> list[Claim]:
    """Return up to `limit` claims below an organization that wait for this very reviewer, the oldest first."""
    places = reach(actor, Permission.claim_review)
    on = shanghai_date(now)
    query = _waiting(organization).where(
        *not_his(actor), or_(Claim.organization_id.in_(places), ~_branch_can_review(on))
    )
    found: list[Claim] = []
    page = _after(session, query, after)
    while page:
        above = [claim for claim in page if claim.organization_id not in places]
        place_of = _reviewing_places(session, above, on) if above else {}
        found += [claim for claim in page if place_of.get(claim.id, claim.organization_id) in places]
        if len(found) >= limit or len(page) < AT_ONCE:
            break
        assert page[-1].submitted_at is not None
        page = _after(session, query, (page[-1].submitted_at, page[-1].id))
    return found[:limit]


def _after(session: Session, query: Select[Claim], position: tuple[datetime, int] | None) -> Sequence[Claim]:
    """Return the next claims of a queue, the oldest first."""
    if position is not None:
        at, claim_id = position
        query = query.where(or_(Claim.submitted_at > at, and_(Claim.submitted_at == at, Claim.id > claim_id)))
    return session.scalars(query.order_by(Claim.submitted_at, Claim.id).limit(AT_ONCE)).all()


def queue_home(session: Session, claim: Claim, actor: Actor) -> Organization:
    """Return the organization at which this reviewer reviews claims like this one: where his queue goes on."""
    places = set(reach(actor, Permission.claim_review))
    above = [each for each in ancestor_ids(session, claim.organization_id) if each in places]
    return session.get_one(Organization, above[-1] if above else claim.organization_id)


def waiting(session: Session, *, organization: Organization, limit: int, after_id: int | None = None) -> list[Claim]:
    """Return up to `limit` claims under verification below an organization, by id."""
    query = _waiting(organization).where(Claim.id > (after_id or 0))
    return list(session.scalars(query.order_by(Claim.id).limit(limit)))


def not_his(actor: Actor) -> list[ColumnElement[bool]]:
    """The claim neither pays the reviewer nor was written by him."""
    written = select(ClaimEvent.id).where(
        ClaimEvent.claim_id == Claim.id, ClaimEvent.actor_id == actor.account_id, ClaimEvent.kind.in_(WRITING)
    )
    conditions = [~written.exists()]
    if actor.member_id is not None:
        shared = select(ClaimParticipant.claim_id).where(
            ClaimParticipant.claim_id == Claim.id, ClaimParticipant.member_id == actor.member_id
        )
        conditions += [Claim.member_id != actor.member_id, ~shared.exists()]
    return conditions


def _waiting(organization: Organization) -> Select[Claim]:
    return (
        select(Claim)
        .join(Organization, Organization.id == Claim.organization_id)
        .where(Claim.status == ClaimStatus.submitted, Organization.path.startswith(organization.path))
    )


def _holding(on: date) -> ColumnElement[bool]:
    """Grants of a reviewing role in force on a day."""
    return and_(Grant.role.in_(RULES[Permission.claim_review].roles), Grant.holds_on(on))


def _branch_can_review(on: date) -> ColumnElement[bool]:
    """Whether the claim's own branch has somebody whom it neither pays nor has as its writer."""
    written = select(ClaimEvent.id).where(
        ClaimEvent.claim_id == Claim.id, ClaimEvent.actor_id == Account.id, ClaimEvent.kind.in_(WRITING)
    )
    shared = select(ClaimParticipant.claim_id).where(
        ClaimParticipant.claim_id == Claim.id, ClaimParticipant.member_id == Account.member_id
    )
    return (
        select(Account.id)
        .join(Grant, Grant.account_id == Account.id)
        .where(
            Grant.organization_id == Claim.organization_id,
            _holding(on),
            or_(Account.member_id.is_(None), Account.member_id != Claim.member_id),
            ~shared.exists(),
            ~written.exists(),
        )
        .exists()
    )
