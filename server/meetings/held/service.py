"""What the host says of held check-ins: confirmed they count from the scan on, dismissed they do not, and back again.

As attendance by hand, this may be done until the meeting is called off, also after its lists are confirmed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.errors import DomainError, conflict, not_found
from server.events import emit
from server.identity.rules import Actor, Permission
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.events import HeldCheckInDecided
from server.meetings.leave.service import end_waiting
from server.meetings.models import Attendance, AttendanceChange, HeldCheckIn, Invitation, Meeting
from server.meetings.planning.changes import check_planned
from server.meetings.planning.service import record
from server.meetings.rules import AttendanceState, HeldStatus
from server.meetings.service import lock_active, locked_meeting
from server.meetings.settlement import service as settlement
from server.organizations import four_eyes

CONFIRMED = "签到待确认，会议主持人确认"


@dataclass(frozen=True, slots=True)
class HostDecision:
    """What an officer decides about the check-ins of some members at a meeting; `reason` where it is no."""

    meeting_id: int
    member_ids: Collection[int]
    status: HeldStatus
    actor: Actor
    account_id: int
    now: datetime
    reason: str | None = None


def decide(session: Session, decision: HostDecision) -> None:
    """Confirm or dismiss; check-ins already decided that way stay as they are. Safe to repeat.

    Raises DomainError 403 `own_attendance` and as `four_eyes.refuse`, 404 `not_found`, 409 `meeting_cancelled`,
    `not_invited`.
    """
    if decision.actor.member_id in decision.member_ids:
        message = "不能确认本人的签到，请由会议主持方其他负责人或上级党组织确认"
        raise DomainError(MeetingErrorCode.own_attendance, message, status=HTTPStatus.FORBIDDEN)
    meeting = lock_active(session, decision.meeting_id)
    changed = [held for held in _found(session, decision) if held.status != decision.status]
    four_eyes.refuse_of_members(
        session,
        account_id=decision.account_id,
        permission=Permission.roster_record,
        parties={held.member_id: held.account_id for held in changed},
        place=meeting.organization_id,
        now=decision.now,
    )
    for held in changed:
        _enter(session, held, decision) if decision.status is HeldStatus.confirmed else _remove(session, held, decision)
        held.status, held.reason = decision.status, decision.reason
        held.decided_by, held.decided_at = decision.account_id, decision.now
        _note(session, meeting, held, decision)
    session.flush()
    if changed:
        member_ids = [held.member_id for held in changed]
        settlement.adjust(
            session, meeting_id=meeting.id, member_ids=member_ids, account_id=decision.account_id, now=decision.now
        )


def allow_sharing(session: Session, *, meeting_id: int, allowed: bool, account_id: int, now: datetime) -> Meeting:
    """Let any number of people check in by one phone from now on, or no longer; the same again changes nothing.

    What is held already stays for the host to decide. Raises DomainError 409 `already_settled`, `meeting_cancelled`.
    """
    meeting = locked_meeting(session, meeting_id)
    check_planned(meeting)
    if meeting.allows_sharing != allowed:
        meeting.allows_sharing = allowed
        session.flush()
        record(session, meeting, "meeting_sharing_allow" if allowed else "meeting_sharing_end", account_id, now)
    return meeting


def _found(session: Session, decision: HostDecision) -> Sequence[HeldCheckIn]:
    """Return the check-ins in the order of members, locked. Raises DomainError `not_found`."""
    query = (
        select(HeldCheckIn)
        .where(HeldCheckIn.meeting_id == decision.meeting_id, HeldCheckIn.member_id.in_(decision.member_ids))
        .order_by(HeldCheckIn.member_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = session.scalars(query).all()
    if len(found) != len(set(decision.member_ids)):
        raise not_found("待确认的签到")
    return found


def _enter(session: Session, held: HeldCheckIn, decision: HostDecision) -> None:
    """Count a check-in as it was scanned, unless the person has come in another way."""
    key = (held.meeting_id, held.member_id)
    if session.get(Attendance, key, populate_existing=True) is not None:
        return
    if session.get(Invitation, key) is None:
        raise conflict(MeetingErrorCode.not_invited, "该同志已不在本次会议的名单上，不能确认签到")
    end_waiting(session, meeting_id=held.meeting_id, member_id=held.member_id)
    session.add(
        Attendance(
            meeting_id=held.meeting_id,
            member_id=held.member_id,
            state=held.state,
            via=held.via,
            scanned_at=held.scanned_at,
            recorded_at=held.held_at,
            account_id=held.account_id,
            scan_id=held.scan_id,
            ticket_id=held.ticket_id,
        )
    )
    _change(session, held, decision, before=None, after=AttendanceState(held.state), reason=CONFIRMED)


def _remove(session: Session, held: HeldCheckIn, decision: HostDecision) -> None:
    """Take back what the check-in counted for, if it was confirmed before and nothing else was entered since."""
    attendance = session.get(Attendance, (held.meeting_id, held.member_id), populate_existing=True)
    if attendance is None or attendance.scan_id != held.scan_id:
        return
    before = AttendanceState(attendance.state)
    session.delete(attendance)
    _change(session, held, decision, before=before, after=None, reason=decision.reason or "")


def _change(
    session: Session,
    held: HeldCheckIn,
    decision: HostDecision,
    *,
    before: AttendanceState | None,
    after: AttendanceState | None,
    reason: str,
) -> None:
    session.add(
        AttendanceChange(
            meeting_id=held.meeting_id,
            member_id=held.member_id,
            before=before,
            after=after,
            reason=reason,
            account_id=decision.account_id,
            at=decision.now,
        )
    )
    session.flush()


def _note(session: Session, meeting: Meeting, held: HeldCheckIn, decision: HostDecision) -> None:
    audit.record(
        session,
        actor_id=decision.account_id,
        action="held_confirm" if decision.status is HeldStatus.confirmed else "held_dismiss",
        now=decision.now,
        detail={"member_id": held.member_id},
        **audit.of(meeting, AuditSubject.held_check_in),
    )
    emit(session, HeldCheckInDecided(held.meeting_id, held.member_id, decision.status, decision.now))
