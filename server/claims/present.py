"""How claims are shown: names and titles gathered once per answer."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.claims import queries, review, reviewers
from server.claims.counted import counted_elsewhere
from server.claims.models import Claim, ClaimEvent, ClaimOpinion, OpinionKind
from server.claims.room import room_of
from server.claims.rules import STATUS_TITLES, ClaimStatus
from server.claims.schemas import (
    ClaimLineOut,
    ClaimOut,
    CountedOut,
    DecidedOut,
    EventOut,
    FillOut,
    MatchOut,
    OpinionOut,
    ParticipantOut,
    ReviewOut,
    WaitingClaimOut,
)
from server.claims.steps import places_of
from server.claims.worth import item_of, items_of, shares
from server.identity.access import Context
from server.identity.models import Account
from server.organizations.models import Member, Organization
from server.organizations.queries import account_names
from server.photos import queries as photos
from server.photos.duplicates import PhotoMatch, matches_of_claim
from server.photos.present import photo_out
from server.standards.rules import Item, plain_number


def lines(session: Session, claims: Sequence[Claim]) -> list[ClaimLineOut]:
    names = _member_names(session, {claim.member_id for claim in claims})
    items = items_of(session, claims)
    return [_line(claim, names[claim.member_id], items[claim.id]) for claim in claims]


def detail(context: Context, claim: Claim) -> ClaimOut:
    session = context.session
    item = item_of(session, claim)
    events, opinions = queries.timeline(session, claim.id), queries.opinions_of(session, [claim.id])
    acted = [event.actor_id for event in events] + [opinion.account_id for opinion in opinions]
    names = account_names(session, [*acted, claim.entered_by, claim.decided_by])
    participants = _participants(session, claim, item)
    line = _line(claim, participants[0].name, item)
    return ClaimOut(
        **line.model_dump(mode="python"),
        organization_id=claim.organization_id,
        organization_title=session.get_one(Organization, claim.organization_id).title,
        clause=item.clause if item else None,
        quantity=plain_number(claim.quantity) if claim.quantity is not None else None,
        level=claim.level,
        level_title=next((level.title for level in item.levels if level.code == claim.level), None) if item else None,
        achievement=claim.achievement,
        description=claim.description,
        people=claim.people,
        participants=participants,
        entered_by=names[claim.entered_by],
        on_behalf_reason=claim.on_behalf_reason,
        created_at=claim.created_at,
        decided_by=names[claim.decided_by] if claim.decided_by else None,
        decided_at=claim.decided_at,
        photos=[photo_out(context, photo) for photo in photos.photos_of_claim(session, claim.id)],
        timeline=[_event(event, names) for event in events],
        opinions=[_opinion(opinion, names) for opinion in opinions],
    )


def for_review(context: Context, claim: Claim) -> ReviewOut:
    session = context.session
    matches, counted = _matches(session, claim), counted_elsewhere(session, claim)
    names = _member_names(session, {match.member_id for match in matches} | {found.member_id for found in counted})
    room = room_of(session, claim, now=context.now)
    return ReviewOut(
        claim=detail(context, claim),
        photo_matches=[
            MatchOut(
                photo_id=match.photo_id,
                other_photo_id=match.other_photo_id,
                other_claim_id=match.claim_id,
                other_member_id=match.member_id,
                other_member_name=names[match.member_id],
                uploaded_at=match.uploaded_at,
                kind=match.kind,
                earlier=match.earlier,
            )
            for match in matches
        ],
        already_counted=[
            CountedOut(
                kind=found.kind,
                source_id=found.source_id,
                member_id=found.member_id,
                member_name=names[found.member_id],
                title=found.title,
                occurred_on=found.occurred_on,
                status=found.status,
                same=found.same,
            )
            for found in counted
        ],
        room=room.left if room else None,
        line=FillOut(points=room.points, cap=room.cap) if room else None,
        history=lines(session, review.history(session, claim)),
    )


def _matches(session: Session, claim: Claim) -> list[PhotoMatch]:
    """Return the matches with photos of submitted claims; what is only drafted is nobody else's business."""
    matches = matches_of_claim(session, claim.id)
    others = select(Claim.id).where(
        Claim.id.in_({match.claim_id for match in matches}), Claim.submitted_at.is_not(None)
    )
    handed_in = set(session.scalars(others))
    return [match for match in matches if match.claim_id in handed_in]


def under_verification(session: Session, claims: Sequence[Claim]) -> list[WaitingClaimOut]:
    """What a 群众代表 sees: the claims, and only the representatives' opinions on them."""
    items, opinions = items_of(session, claims), queries.opinions_of(session, [claim.id for claim in claims])
    members = _member_names(session, {claim.member_id for claim in claims})
    given = [opinion for opinion in opinions if opinion.kind == OpinionKind.opinion]
    names = account_names(session, [opinion.account_id for opinion in given])
    return [
        WaitingClaimOut(
            id=claim.id,
            member_name=members[claim.member_id],
            title=claim.title,
            description=claim.description,
            item_title=item.title if (item := items[claim.id]) else None,
            occurred_on=claim.occurred_on,
            opinions=[_opinion(opinion, names) for opinion in given if opinion.claim_id == claim.id],
        )
        for claim in claims
    ]


def opinion(session: Session, given: ClaimOpinion) -> OpinionOut:
    return _opinion(given, {given.account_id: session.get_one(Account, given.account_id).name})


def _line(claim: Claim, member_name: str, item: Item | None) -> ClaimLineOut:
    return ClaimLineOut(
        id=claim.id,
        member_id=claim.member_id,
        member_name=member_name,
        title=claim.title,
        item_code=claim.item_code,
        item_title=item.title if item else None,
        occurred_on=claim.occurred_on,
        status=ClaimStatus(claim.status),
        status_title=STATUS_TITLES[claim.status],
        version=claim.version,
        proposed_points=claim.proposed_points,
        approved_points=claim.approved_points,
        on_behalf=claim.on_behalf_reason is not None,
        submitted_at=claim.submitted_at,
    )


def _participants(session: Session, claim: Claim, item: Item | None) -> list[ParticipantOut]:
    """Return everyone the claim pays, the claimant first."""
    places = places_of(session, claim)
    names = _member_names(session, places)
    whole = claim.approved_points if claim.approved_points is not None else claim.proposed_points
    parts = shares(session, claim, item, whole) if item is not None and whole is not None else {}
    return [
        ParticipantOut(member_id=member_id, name=names[member_id], place=place, points=parts.get(member_id))
        for member_id, place in places.items()
    ]


def _event(event: ClaimEvent, names: dict[int, str]) -> EventOut:
    return EventOut(
        kind=event.kind,
        at=event.at,
        actor=names[event.actor_id],
        version=event.version,
        words=event.words,
        points_before=event.points_before,
        points_after=event.points_after,
    )


def _opinion(given: ClaimOpinion, names: dict[int, str]) -> OpinionOut:
    return OpinionOut(id=given.id, kind=given.kind, author=names[given.account_id], at=given.at, words=given.words)


def _member_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    rows = session.execute(select(Member.id, Member.name).where(Member.id.in_(set(ids))))
    return {row.id: row.name for row in rows}


def decided(context: Context, claim: Claim) -> DecidedOut:
    """Show the decided claim and lead to the next: review goes claim by claim."""
    organization = reviewers.queue_home(context.session, claim, context.actor)
    following = reviewers.queue(
        context.session, organization=organization, actor=context.actor, now=context.now, limit=1
    )
    return DecidedOut(claim=detail(context, claim), next_claim_id=following[0].id if following else None)
