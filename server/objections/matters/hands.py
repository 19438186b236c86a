"""Who had a hand in what led to an entry: those who decided, reviewed or recorded it, by account."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select, union_all
from sqlalchemy.orm import Session

from server.claims.models import ClaimEvent, ClaimOpinion, EventKind
from server.dues.models import DuesEvent
from server.meetings.models import Attendance, AttendanceChange, HeldCheckIn, Invitation, Leave, Meeting, Roster
from server.objections.rules import Hand
from server.points.models import BranchDecision, NegativeChange, NegativeDecision, SourceKind

Hands = dict[int, Hand]
_DECIDING = (EventKind.approved, EventKind.returned, EventKind.rejected, EventKind.reopened)
_WRITING = (EventKind.created, EventKind.edited, EventKind.submitted, EventKind.resubmitted)


def of_claim(session: Session, claim_id: int, member_id: int) -> Hands:
    """Reviewers and those who gave an opinion; who wrote it on paper recorded it."""
    events = select(ClaimEvent.actor_id).where(ClaimEvent.claim_id == claim_id)
    opinions = select(ClaimOpinion.account_id).where(ClaimOpinion.claim_id == claim_id)
    return _together(
        session,
        {
            Hand.recorded: [events.where(ClaimEvent.kind.in_(_WRITING))],
            Hand.reviewed: [events.where(ClaimEvent.kind.in_(_DECIDING)), opinions],
        },
    )


def of_meeting(session: Session, meeting_id: int, member_id: int) -> Hands:
    """Who planned the meeting or entered this member's attendance recorded it; who confirmed their list or decided
    their leave decided."""
    theirs = (Attendance.meeting_id == meeting_id, Attendance.member_id == member_id)
    listed = select(Invitation.roster_id).where(Invitation.meeting_id == meeting_id, Invitation.member_id == member_id)
    changes = (AttendanceChange.meeting_id == meeting_id, AttendanceChange.member_id == member_id)
    held = (HeldCheckIn.meeting_id == meeting_id, HeldCheckIn.member_id == member_id)
    leave = (Leave.meeting_id == meeting_id, Leave.member_id == member_id)
    return _together(
        session,
        {
            Hand.recorded: [
                select(Meeting.planned_by).where(Meeting.id == meeting_id),
                select(Attendance.account_id).where(*theirs),
                select(AttendanceChange.account_id).where(*changes),
            ],
            Hand.decided: [
                select(Roster.confirmed_by).where(Roster.id.in_(listed)),
                select(HeldCheckIn.decided_by).where(*held),
                select(Leave.decided_by).where(*leave),
            ],
        },
    )


def of_dues(session: Session, record_id: int, member_id: int) -> Hands:
    """Whoever registered, closed, waived or corrected the month."""
    return _together(session, {Hand.recorded: [select(DuesEvent.account_id).where(DuesEvent.record_id == record_id)]})


def of_decision(session: Session, decision_id: int, member_id: int) -> Hands:
    """Who took the branch's decision down."""
    taken = select(BranchDecision.decided_by).where(BranchDecision.id == decision_id)
    return _together(session, {Hand.decided: [taken]})


def of_negative(session: Session, decision_id: int, member_id: int) -> Hands:
    """Both who registered a negative-list decision, and whoever changed it."""
    changed = select(NegativeChange.changed_by).where(NegativeChange.decision_id == decision_id)
    this = NegativeDecision.id == decision_id
    registered = [select(column).where(this) for column in (NegativeDecision.entered_by, NegativeDecision.confirmed_by)]
    return _together(session, {Hand.recorded: [*registered, changed]})


OF_SOURCE: Mapping[SourceKind, Callable[[Session, int, int], Hands]] = {
    SourceKind.claim: of_claim,
    SourceKind.meeting: of_meeting,
    SourceKind.dues: of_dues,
    SourceKind.decision: of_decision,
}
"""Openings come from the standard and reversals from what they reverse: nobody else has a hand in them."""


def _together(session: Session, found: Mapping[Hand, Sequence[Select[Any]]]) -> Hands:
    """Return each account with what weighs most; the later in `found` weighs more."""
    hands: Hands = {}
    for hand, queries in found.items():
        accounts = session.scalars(union_all(*queries)).all()
        hands |= dict.fromkeys((each for each in accounts if each is not None), hand)
    return hands
