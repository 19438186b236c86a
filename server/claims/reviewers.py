"""Whose turn it is: the branch reviews, and where it has nobody else who may, the organization above does."""

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
from server.organizations.models import Organization
from server.organizations.service import ancestor_ids, supervising_organization

WRITING = (EventKind.created, EventKind.edited, EventKind.submitted, EventKind.resubmitted)
"""Who did one of these wrote the claim and may not decide it."""


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
    organization = session.get(Organization, claim.organization_id)
    barred = set(places_of(session, claim)), writers(session, claim.id)
    while organization is not None:
        if session.scalar(_reviewers(organization.id, on, *barred).limit(1)) is not None:
            return organization
        organization = supervising_organization(session, organization.id)
    return None


def writers(session: Session, claim_id: int) -> set[int]:
    """Return the accounts that entered, edited or submitted a claim."""
    rows = select(ClaimEvent.actor_id).where(ClaimEvent.claim_id == claim_id, ClaimEvent.kind.in_(WRITING))
    return set(session.scalars(rows))


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
    if after is not None:
        at, claim_id = after
        query = query.where(or_(Claim.submitted_at > at, and_(Claim.submitted_at == at, Claim.id > claim_id)))
    found: list[Claim] = []
    for claim in session.scalars(query.order_by(Claim.submitted_at, Claim.id)):
        if len(found) == limit:
            break
        if claim.organization_id in places or _falls_to(session, claim, places, on):
            found.append(claim)
    return found


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


def _falls_to(session: Session, claim: Claim, places: tuple[int, ...], on: date) -> bool:
    organization = reviewing_organization(session, claim, on=on)
    return organization is not None and organization.id in places


def _holding(on: date) -> ColumnElement[bool]:
    """Grants of a reviewing role in force on a day."""
    return and_(Grant.role.in_(RULES[Permission.claim_review].roles), Grant.holds_on(on))


def _reviewers(organization_id: int, on: date, paid: set[int], written_by: set[int]) -> Select[int]:
    return (
        select(Account.id)
        .join(Grant, Grant.account_id == Account.id)
        .where(
            Grant.organization_id == organization_id,
            _holding(on),
            Account.id.not_in(written_by),
            or_(Account.member_id.is_(None), Account.member_id.not_in(paid)),
        )
    )


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
