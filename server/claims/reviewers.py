"""Whose turn it is: the branch reviews, or the organization above if the branch has nobody who may."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from server.claims.error_codes import ClaimErrorCode
from server.claims.models import Claim, ClaimEvent, ClaimParticipant, EventKind
from server.claims.rules import ClaimStatus, review_refusal
from server.claims.steps import account_of
from server.days import shanghai_date
from server.errors import DomainError
from server.identity.models import Account, Grant
from server.identity.rules import RULES, Actor, Permission, reach
from server.organizations import four_eyes
from server.organizations.four_eyes import Mandate, Matter, RecentKeyResets
from server.organizations.models import Organization, ids_in
from server.organizations.queries import ancestor_ids

WRITING = (EventKind.created, EventKind.edited, EventKind.submitted, EventKind.resubmitted)
"""Whoever did one of these wrote the claim and may not decide it."""

AT_ONCE = 50
"""How many claims of a queue are looked at together."""


def check_reviewer(session: Session, claim: Claim, actor: Actor, *, now: datetime) -> None:
    """Raise DomainError 403 `own_claim` or `own_entry` if the caller may never decide the claim, `other_reviewer` if
    others must, and as `four_eyes.refuse`."""
    bars, whose = RecentKeyResets(session, now=now), whose_are(session, [claim])
    refusal = review_refusal(
        reviewer_account=actor.account_id,
        reviewer_member=actor.member_id,
        paid_members=whose[claim.id].paid,
        written_by=whose[claim.id].written_by,
    )
    if refusal is not None:
        raise DomainError(refusal.code, refusal.message, status=HTTPStatus.FORBIDDEN)
    _refuse_partial(session, claim, actor, whose[claim.id], now=now, bars=bars)
    place = _reviewing_places(session, whose, now=now, bars=bars)[claim.id]
    if place not in reach(actor, Permission.claim_review):
        title = session.get_one(Organization, place).title if place is not None else "上级党组织"
        detail = {"organization_id": place}
        message = f"该申报由{title}审核"
        raise DomainError(ClaimErrorCode.other_reviewer, message, status=HTTPStatus.FORBIDDEN, detail=detail)


def refuse_partial(session: Session, claim: Claim, actor: Actor, *, now: datetime) -> None:
    """Raise DomainError as `four_eyes.refuse` if the caller may not take back a decision on the claim."""
    _refuse_partial(
        session, claim, actor, whose_are(session, [claim])[claim.id], now=now, bars=RecentKeyResets(session, now=now)
    )


def reviewing_organization(session: Session, claim: Claim, *, now: datetime) -> Organization | None:
    """Return the branch, or the nearest organization above it that has somebody who may decide this claim."""
    place = _reviewing_places(session, whose_are(session, [claim]), now=now, bars=RecentKeyResets(session, now=now))[
        claim.id
    ]
    return session.get(Organization, place) if place is not None else None


@dataclass(frozen=True, slots=True)
class Whose:
    """The people of a claim: the members it pays and the accounts that wrote it; both are the parties of its matter."""

    branch_id: int
    paid: frozenset[int]
    written_by: frozenset[int]
    matter: Matter


def whose_are(
    session: Session, claims: Sequence[Claim], *, ids: Select[int] | Collection[int] | None = None
) -> dict[int, Whose]:
    """Return the people of each claim, by the claim's id; its matter runs since it first came in.

    `ids` may be a query for the same claims if they are many; claims that come in meanwhile are left out.
    """
    among = [claim.id for claim in claims] if ids is None else ids
    paid = {claim.id: {claim.member_id} for claim in claims}
    shared = select(ClaimParticipant.claim_id, ClaimParticipant.member_id)
    for claim_id, member_id in session.execute(shared.where(ClaimParticipant.claim_id.in_(among))):
        if claim_id in paid:
            paid[claim_id].add(member_id)
    written: dict[int, set[int]] = {claim.id: set() for claim in claims}
    came_in = {claim.id: claim.submitted_at for claim in claims}
    events = select(ClaimEvent.claim_id, ClaimEvent.actor_id, ClaimEvent.kind, ClaimEvent.at)
    events = events.where(ClaimEvent.claim_id.in_(among), ClaimEvent.kind.in_(WRITING))
    for claim_id, account_id, kind, at in session.execute(events.order_by(ClaimEvent.id.desc())):
        if claim_id in written:
            written[claim_id].add(account_id)
        if claim_id in written and kind == EventKind.submitted:
            came_in[claim_id] = at
    accounts = four_eyes.accounts_of(session, set().union(*paid.values()))

    def of(claim: Claim) -> Whose:
        parties = {accounts[member_id] for member_id in paid[claim.id] if member_id in accounts} | written[claim.id]
        matter = Matter(frozenset(parties), since=came_in[claim.id])
        return Whose(claim.organization_id, frozenset(paid[claim.id]), frozenset(written[claim.id]), matter)

    return {claim.id: of(claim) for claim in claims}


def _refuse_partial(
    session: Session, claim: Claim, actor: Actor, whose: Whose, *, now: datetime, bars: RecentKeyResets
) -> None:
    if actor.account_id is not None:
        four_eyes.refuse(
            session,
            account_id=actor.account_id,
            permission=Permission.claim_review,
            place=claim.organization_id,
            matter=whose.matter,
            now=now,
            bars=bars,
        )


def _reviewing_places(
    session: Session, whose: Mapping[int, Whose], *, now: datetime, bars: RecentKeyResets
) -> dict[int, int | None]:
    """Return the reviewing organization's id by claim; None for a claim that nobody may decide."""
    branches = {each.branch_id for each in whose.values()}
    paths = select(Organization.id, Organization.path).where(Organization.id.in_(branches))
    upwards = {branch: ids_in(path)[::-1] for branch, path in session.execute(paths)}
    places = {place for above in upwards.values() for place in above}
    query = select(Grant, Account.member_id).join(Account, Account.id == Grant.account_id)
    holders = defaultdict[int, list[tuple[Mandate, int | None]]](list)
    for grant, member_id in session.execute(
        query.where(Grant.organization_id.in_(places), _holding(shanghai_date(now)))
    ):
        holders[grant.organization_id].append((Mandate.of(grant), member_id))

    def may(claim: Whose, place: int) -> bool:
        return any(
            mandate.account_id not in claim.written_by
            and member_id not in claim.paid
            and bars.why_barred(mandate, claim.matter) is None
            for mandate, member_id in holders[place]
        )

    return {
        claim_id: next((place for place in upwards[each.branch_id] if may(each, place)), None)
        for claim_id, each in whose.items()
    }


def queue(
    session: Session,
    *,
    organization: Organization,
    actor: Actor,
    now: datetime,
    limit: int,
    after: tuple[datetime, int] | None = None,
) -> list[Claim]:
    """Return up to `limit` claims below an organization that wait for this reviewer, the oldest first."""
    places = reach(actor, Permission.claim_review)
    query = _waiting(organization).where(
        *not_their_own(actor), or_(Claim.organization_id.in_(places), ~_branch_can_review(now))
    )
    bars = RecentKeyResets(session, now=now)
    decider = four_eyes.Decider(
        session, account_id=account_of(actor), permission=Permission.claim_review, now=now, bars=bars
    )
    found: list[Claim] = []
    page = _after(session, query, after)
    while page:
        looked_at = [
            claim
            for claim in page
            if claim.organization_id not in places or not decider.is_beyond_question(claim.created_at)
        ]
        whose = whose_are(session, looked_at) if looked_at else {}
        place_of = _reviewing_places(session, whose, now=now, bars=bars) if whose else {}
        found += [
            claim
            for claim in page
            if claim.id not in whose
            or (
                (claim.organization_id in places or place_of[claim.id] in places)
                and decider.may(session, whose[claim.id].matter, place=claim.organization_id)
            )
        ]
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
    """Return the organization where this reviewer reviews claims like this one: where their queue goes on."""
    places = set(reach(actor, Permission.claim_review))
    above = [each for each in ancestor_ids(session, claim.organization_id) if each in places]
    return session.get_one(Organization, above[-1] if above else claim.organization_id)


def waiting(session: Session, *, organization: Organization, limit: int, after_id: int | None = None) -> list[Claim]:
    """Return up to `limit` claims under verification below an organization, by id."""
    query = _waiting(organization).where(Claim.id > (after_id or 0))
    return list(session.scalars(query.order_by(Claim.id).limit(limit)))


def not_their_own(actor: Actor) -> list[ColumnElement[bool]]:
    """The conditions that the claim neither pays the reviewer nor was written by them."""
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
    """The condition that a grant gives a reviewing role on a day."""
    return and_(Grant.role.in_(RULES[Permission.claim_review].roles), Grant.holds_on(on))


def _branch_can_review(now: datetime) -> ColumnElement[bool]:
    """Whether the claim's own branch certainly has a reviewer other than the people it pays and its writers.

    Where that is not certain, `_reviewing_places` finds out.
    """
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
            _holding(shanghai_date(now)),
            four_eyes.unquestioned(now, Claim.created_at),
            or_(Account.member_id.is_(None), Account.member_id != Claim.member_id),
            ~shared.exists(),
            ~written.exists(),
        )
        .exists()
    )
