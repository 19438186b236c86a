"""What members, or those who write for them, do with a claim: draft, edit, submit, withdraw."""

from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.claims.contents import Contents
from server.claims.error_codes import ClaimErrorCode
from server.claims.models import Claim, ClaimParticipant, EventKind
from server.claims.queries import visible
from server.claims.rules import ClaimAction, ClaimStatus
from server.claims.steps import account_of, note_event, step
from server.claims.worth import Worth, appraise, check_same_branch
from server.days import shanghai_date
from server.errors import DomainError, not_found
from server.identity.rules import Actor
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.models import Member, Organization
from server.organizations.queries import branch_of
from server.photos import service as photos


def create_draft(
    session: Session,
    *,
    member_id: int,
    actor: Actor,
    contents: Contents,
    now: datetime,
    on_behalf_reason: str | None = None,
) -> Claim:
    """Return a new draft of the member's; `on_behalf_reason` says why another enters it for them."""
    member = session.get(Member, member_id)
    if member is None:
        raise not_found("党员")
    branch = _branch(session, member_id, contents.occurred_on or shanghai_date(now))
    claim = Claim(
        root_id=member.root_id,
        member_id=member_id,
        organization_id=branch.id,
        status=ClaimStatus.draft,
        version=1,
        revision=1,
        entered_by=account_of(actor),
        on_behalf_reason=on_behalf_reason,
        created_at=now,
        **_columns(contents),
    )
    session.add(claim)
    session.flush()
    if contents.participants or contents.photo_ids:
        _attach(session, claim, contents, actor=actor, now=now)
    note_event(session, claim, EventKind.created, actor_id=account_of(actor), now=now, words=on_behalf_reason)
    return claim


def edit(session: Session, *, claim_id: int, actor: Actor, version: int, contents: Contents, now: datetime) -> Claim:
    """Replace what a draft or a returned claim says. A member's own work on a draft leaves no line in the timeline."""
    claim = writable(session, claim_id, actor)
    branch = _branch(session, claim.member_id, contents.occurred_on or shanghai_date(now))
    step(session, claim, ClaimAction.edit, version=version, organization_id=branch.id, **_columns(contents))
    _attach(session, claim, contents, actor=actor, now=now)
    if claim.status == ClaimStatus.returned or actor.member_id != claim.member_id:
        note_event(session, claim, EventKind.edited, actor_id=account_of(actor), now=now)
    return claim


def submit(session: Session, *, claim_id: int, actor: Actor, version: int, now: datetime) -> Claim:
    """Hand a draft or a returned claim to the branch. Raises DomainError for whatever does not fit yet."""
    claim = writable(session, claim_id, actor)
    again = claim.status == ClaimStatus.returned
    before = claim.proposed_points
    worth = appraise(session, claim, now=now)
    changes = _claimed(claim, worth, now)
    step(session, claim, ClaimAction.submit, version=version, **changes)
    kind = EventKind.resubmitted if again else EventKind.submitted
    note_event(session, claim, kind, actor_id=account_of(actor), now=now, before=before, after=claim.proposed_points)
    return claim


def withdraw(
    session: Session,
    *,
    claim_id: int,
    actor: Actor,
    version: int,
    now: datetime,
    words: str | None = None,
) -> Claim:
    """Take a claim back before it is decided."""
    claim = writable(session, claim_id, actor)
    step(session, claim, ClaimAction.withdraw, version=version)
    note_event(session, claim, EventKind.withdrawn, actor_id=account_of(actor), now=now, words=words)
    return claim


def writable(session: Session, claim_id: int, actor: Actor) -> Claim:
    """Return a claim its member may write, or an officer if it was entered for the member."""
    claim = visible(session, claim_id, actor)
    if actor.member_id != claim.member_id and claim.on_behalf_reason is None:
        message = "这是党员本人填写的申报，只能由本人修改、提交或撤回"
        raise DomainError(ClaimErrorCode.not_your_claim, message, status=HTTPStatus.FORBIDDEN)
    return claim


def _branch(session: Session, member_id: int, on: date) -> Organization:
    branch = branch_of(session, member_id=member_id, on=on)
    if branch is None:
        raise DomainError(
            OrganizationErrorCode.no_membership, f"{on.isoformat()} 党员的组织关系不在本校任何支部，不能申报"
        )
    return branch


def _columns(contents: Contents) -> dict[str, object]:
    """What the claim's own row holds of the contents; its worth is settled when it is submitted."""
    return {
        "title": contents.title,
        "description": contents.description,
        "item_code": contents.item_code,
        "quantity": contents.quantity,
        "level": contents.level,
        "achievement": contents.achievement,
        "occurred_on": contents.occurred_on,
        "place": contents.place,
        "people": contents.people,
    }


def _claimed(claim: Claim, worth: Worth, now: datetime) -> dict[str, object]:
    """What submitting sets. The first time within a year is kept: a claim returned later is still in time."""
    assert claim.occurred_on is not None
    changes: dict[str, object] = {
        "standard_id": worth.standard_id,
        "achievement": worth.achievement,
        "proposed_points": worth.points,
        "submitted_at": now,
        "decided_by": None,
        "decided_at": None,
    }
    if claim.claimed_year != claim.occurred_on.year:
        changes |= {"claimed_year": claim.occurred_on.year, "claimed_at": now}
    return changes


def _attach(session: Session, claim: Claim, contents: Contents, *, actor: Actor, now: datetime) -> None:
    """Replace participants and photos. Whoever writes for a member may only add photos they uploaded themselves."""
    session.execute(delete(ClaimParticipant).where(ClaimParticipant.claim_id == claim.id))
    _name_participants(session, claim, contents, now)
    photos.attach(
        session,
        claim_id=claim.id,
        member_id=claim.member_id,
        photo_ids=contents.photo_ids,
        uploaded_by=account_of(actor) if actor.member_id != claim.member_id else None,
    )


def _name_participants(session: Session, claim: Claim, contents: Contents, now: datetime) -> None:
    member_ids = [participant.member_id for participant in contents.participants]
    if len({claim.member_id, *member_ids}) <= len(member_ids):
        raise DomainError(ClaimErrorCode.participant_repeated, "合作人员有重复；申报人本人不用再填")
    if len(member_ids) >= contents.people:
        raise DomainError(ClaimErrorCode.too_many_participants, "合作人员加上申报人不能多于总人数")
    check_same_branch(session, member_ids, claim.organization_id, contents.occurred_on or shanghai_date(now))
    session.add_all(
        ClaimParticipant(claim_id=claim.id, member_id=participant.member_id, place=participant.place)
        for participant in contents.participants
    )
    session.flush()
