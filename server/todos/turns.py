"""Whose turn everything is that waits for an officer's decision, routed as the decisions themselves are.

The morning's digest and an officer's 待办 both read it here, so that they cannot disagree.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.claims.models import Claim, ClaimEvent, ClaimParticipant
from server.claims.reviewers import WRITING
from server.claims.rules import ClaimStatus
from server.clock import shanghai_date
from server.identity.rules import RULES, Permission, Role
from server.meetings.models import Leave, Meeting, Roster
from server.meetings.rules import LeaveStatus, MeetingStatus, RosterStatus
from server.organizations.workdays import calendar_of
from server.standards.awaited import awaited
from server.statements.models import Statement
from server.statements.rules import StatementStatus
from server.todos.officers import Officer, Officers
from server.todos.rules import TodoKind


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that waits where it does, and with whom.

    `subject_id` is the claim's, the leave's, the meeting's, the statement's, of a standard its organization's, of
    holidays the university's. `day` is when the claim came in, the meeting's, the last on which the statement can be
    confirmed, or the year's first. `words` is what else there is to know.
    """

    kind: TodoKind
    organization_id: int
    subject_id: int
    day: date
    officers: list[Officer]
    words: str | None = None


def turns(session: Session, officers: Officers, *, now: datetime) -> Iterator[Turn]:
    """Yield everything that waits in the organizations these officers are of."""
    yield from _claims(session, officers)
    yield from _leaves(session, officers)
    yield from _rosters(session, officers, now)
    yield from _statements(session, officers)
    yield from _standards(session, officers, shanghai_date(now))
    yield from _holidays(session, officers, now)


def _within(officers: Officers, place: InstrumentedAttribute[int]) -> tuple[ColumnElement[bool], ...]:
    """Nothing beyond the officers' places, where they are not those of a whole tree."""
    return () if officers.places is None else (place.in_(officers.places),)


def _claims(session: Session, officers: Officers) -> Iterator[Turn]:
    """A claim is reviewed by nobody whom it pays or who wrote it (`claims.reviewers`)."""
    submitted = (
        Claim.root_id == officers.root_id,
        Claim.status == ClaimStatus.submitted,
        *_within(officers, Claim.organization_id),
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
        yield Turn(TodoKind.claims, organization_id, claim_id, shanghai_date(submitted_at), in_turn)


def _leaves(session: Session, officers: Officers) -> Iterator[Turn]:
    query = (
        select(Leave.id, Leave.member_id, Roster.organization_id, Meeting.starts_at)
        .join(Roster, Roster.id == Leave.roster_id)
        .join(Meeting, Meeting.id == Leave.meeting_id)
        .where(
            Leave.status == LeaveStatus.asked,
            Meeting.root_id == officers.root_id,
            Meeting.status != MeetingStatus.cancelled,
            *_within(officers, Roster.organization_id),
        )
    )
    roles = RULES[Permission.leave_decide].roles
    for leave_id, member_id, organization_id, starts_at in session.execute(query):
        in_turn = officers.in_turn(organization_id, roles, not_members={member_id})
        yield Turn(TodoKind.leaves, organization_id, leave_id, shanghai_date(starts_at), in_turn)


def _rosters(session: Session, officers: Officers, now: datetime) -> Iterator[Turn]:
    query = (
        select(Meeting.id, Roster.organization_id, Meeting.starts_at)
        .join(Roster, Roster.meeting_id == Meeting.id)
        .where(
            Roster.status == RosterStatus.open,
            Meeting.root_id == officers.root_id,
            Meeting.status != MeetingStatus.cancelled,
            Meeting.closes_at < now,
            *_within(officers, Roster.organization_id),
        )
    )
    roles = RULES[Permission.roster_confirm].roles
    for meeting_id, organization_id, starts_at in session.execute(query):
        in_turn = officers.in_turn(organization_id, roles)
        yield Turn(TodoKind.rosters, organization_id, meeting_id, shanghai_date(starts_at), in_turn)


def _statements(session: Session, officers: Officers) -> Iterator[Turn]:
    query = select(Statement.id, Statement.organization_id, Statement.confirm_by).where(
        Statement.root_id == officers.root_id,
        Statement.status == StatementStatus.frozen,
        *_within(officers, Statement.organization_id),
    )
    roles = RULES[Permission.statement_confirm].roles
    for statement_id, organization_id, confirm_by in session.execute(query):
        in_turn = officers.in_turn(organization_id, roles)
        yield Turn(TodoKind.statements, organization_id, statement_id, confirm_by, in_turn)


def _standards(session: Session, officers: Officers, today: date) -> Iterator[Turn]:
    """A standard that its organization owes; officers below are told too, but nobody in their stead."""
    roles = RULES[Permission.standard_manage].roles
    for each in awaited(session, root_id=officers.root_id, today=today):
        place = each.organization_id
        if officers.places is None or place in officers.places:
            in_turn = [o for o in officers.in_turn(place, roles) if each.own or o.organization_id == place]
            yield Turn(TodoKind.standards, place, place, date(each.year, 1, 1), in_turn, each.words(today))


HOLIDAY_OFFICES = RULES[Permission.workday_manage].roles | {Role.administrator}
"""组织部 enters a year's holidays, the administrator updates the national calendar: either will do."""


def _holidays(session: Session, officers: Officers, now: datetime) -> Iterator[Turn]:
    if officers.places is not None and officers.root_id not in officers.places:
        return
    today = shanghai_date(now)
    for year in calendar_of(session, root_id=officers.root_id, around=today).missing(today):
        in_turn = officers.in_turn(officers.root_id, HOLIDAY_OFFICES)
        yield Turn(TodoKind.holidays, officers.root_id, officers.root_id, date(year, 1, 1), in_turn)
