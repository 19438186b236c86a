"""待办: what waits with each reviewer this morning, routed as the reviews themselves are."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.claims.models import Claim, ClaimEvent, ClaimParticipant
from server.claims.reviewers import WRITING
from server.claims.rules import ClaimStatus
from server.clock import shanghai_date
from server.identity.rules import RULES, Permission
from server.meetings.models import Leave, Meeting, Roster
from server.meetings.rules import LeaveStatus, MeetingStatus, RosterStatus
from server.pushes import outbox, pages
from server.pushes.occasions import wording
from server.pushes.occasions.drafting import Message, Place, end_of, to_account, to_member
from server.pushes.occasions.officers import Officer, Officers
from server.pushes.occasions.statements import CONFIRMERS
from server.pushes.outbox import Draft
from server.pushes.rules import Occasion
from server.statements.models import Statement
from server.statements.rules import StatementStatus


@dataclass(slots=True)
class Waiting:
    """What waits with one officer, by kind; `officer` is one of his offices."""

    officer: Officer
    counts: Counter[str] = field(default_factory=Counter)


def send(session: Session, *, root_id: int, period: datetime, now: datetime) -> int:
    """Tell the officers of a tree what waits with them, those with whom anything does; return how many are told.

    A digest is of its own day: one that comes later than that is not sent.
    """
    day = shanghai_date(period)
    if shanghai_date(now) != day:
        return 0
    message = Message(Occasion.review_digest, day.isoformat(), pages.HOME, due_at=period, expires_at=end_of(day))
    officers = Officers(session, root_id, day)
    drafts = [_draft(message, officers, waiting) for waiting in waiting_with(session, officers, now=now)]
    return outbox.enqueue(session, drafts, now=now)


def waiting_with(session: Session, officers: Officers, *, now: datetime) -> list[Waiting]:
    """Return what waits with whom, by account."""
    found: dict[int, Waiting] = {}
    for kind, in_turn in _turns(session, officers, now):
        for officer in in_turn:
            found.setdefault(officer.account_id, Waiting(officer)).counts[kind] += 1
    return [found[account_id] for account_id in sorted(found)]


def _draft(message: Message, officers: Officers, waiting: Waiting) -> Draft:
    officer, counts = waiting.officer, waiting.counts
    content = wording.digest(
        officers.title(officer.organization_id),
        claims=counts["claims"],
        leaves=counts["leaves"],
        rosters=counts["rosters"],
        statements=counts["statements"],
    )
    place = Place(officers.root_id, officer.organization_id)
    if officer.member_id is not None:
        return to_member(message, officer.member_id, place, content)
    return to_account(message, officer.account_id, place, content)


def _turns(session: Session, officers: Officers, now: datetime) -> Iterator[tuple[str, list[Officer]]]:
    """Yield for everything that waits its kind and whose turn it is."""
    for turn in _claims(session, officers):
        yield "claims", turn
    for turn in _leaves(session, officers):
        yield "leaves", turn
    for turn in _rosters(session, officers, now):
        yield "rosters", turn
    for turn in _statements(session, officers):
        yield "statements", turn


def _claims(session: Session, officers: Officers) -> Iterator[list[Officer]]:
    """A claim is reviewed by nobody whom it pays or who wrote it (`claims.reviewers`)."""
    submitted = (Claim.root_id == officers.root_id, Claim.status == ClaimStatus.submitted)
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
    claims = select(Claim.id, Claim.organization_id, Claim.member_id).where(*submitted)
    for claim_id, organization_id, member_id in session.execute(claims):
        yield officers.in_turn(
            organization_id, roles, not_members=paid[claim_id] | {member_id}, not_accounts=writers[claim_id]
        )


def _leaves(session: Session, officers: Officers) -> Iterator[list[Officer]]:
    query = (
        select(Roster.organization_id, Leave.member_id)
        .join(Leave, Leave.roster_id == Roster.id)
        .join(Meeting, Meeting.id == Leave.meeting_id)
        .where(
            Leave.status == LeaveStatus.asked,
            Meeting.root_id == officers.root_id,
            Meeting.status != MeetingStatus.cancelled,
        )
    )
    roles = RULES[Permission.leave_decide].roles
    for organization_id, member_id in session.execute(query):
        yield officers.in_turn(organization_id, roles, not_members={member_id})


def _rosters(session: Session, officers: Officers, now: datetime) -> Iterator[list[Officer]]:
    query = (
        select(Roster.organization_id)
        .join(Meeting, Meeting.id == Roster.meeting_id)
        .where(
            Roster.status == RosterStatus.open,
            Meeting.root_id == officers.root_id,
            Meeting.status != MeetingStatus.cancelled,
            Meeting.closes_at < now,
        )
    )
    roles = RULES[Permission.roster_confirm].roles
    for organization_id in session.scalars(query):
        yield officers.in_turn(organization_id, roles)


def _statements(session: Session, officers: Officers) -> Iterator[list[Officer]]:
    frozen = (Statement.root_id == officers.root_id, Statement.status == StatementStatus.frozen)
    for organization_id in session.scalars(select(Statement.organization_id).where(*frozen)):
        yield officers.in_turn(organization_id, CONFIRMERS)
