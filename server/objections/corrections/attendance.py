"""A member's attendance of a meeting: the list is corrected, or their leave granted."""

from sqlalchemy.orm import Session

from server.identity.rules import RULES, Permission
from server.meetings.leave import service as leaves
from server.meetings.leave.queries import leave_of
from server.meetings.leave.service import LeaveTerms
from server.meetings.models import Attendance, Invitation, Leave, Meeting, Roster
from server.meetings.rosters import by_hand
from server.meetings.rosters.by_hand import ManualEdit
from server.meetings.rosters.queries import STATE_TITLES
from server.meetings.rules import AttendanceState, LeaveAction, LeaveStatus, next_leave_status
from server.objections.corrections.acts import REASON, Act, Proposal, Remedy
from server.objections.rules import REMEDY_TITLES, AttendanceRemedy, CorrectionKind

_STATES = {
    AttendanceRemedy.present: AttendanceState.present,
    AttendanceRemedy.late: AttendanceState.late,
}
_ABSENT = "缺席"
_ON_LEAVE = "请假"


def propose(session: Session, source_id: int, member_id: int, wished: Remedy) -> Proposal | None:
    """Turn what the list says into a leave where one was asked for, else into attendance; None where that is so."""
    invitation = session.get(Invitation, (source_id, member_id))
    if invitation is None:
        return None
    attendance = session.get(Attendance, (source_id, member_id))
    leave = leave_of(session, meeting_id=source_id, member_id=member_id)
    choices = _choices(attendance, leave)
    if wished.attendance is None and not _lacks(attendance, leave):
        return None
    remedy = wished.attendance or next(iter(choices), None)
    if remedy not in choices:
        return None
    meeting = session.get_one(Meeting, source_id)
    return Proposal(
        kind=CorrectionKind.attendance,
        organization_id=session.get_one(Roster, invitation.roster_id).organization_id,
        place=f"{meeting.day.month} 月 {meeting.day.day} 日“{meeting.title}”的考勤",
        words=f"{_said(attendance, leave)}改为{REMEDY_TITLES[remedy]}",
        remedy=Remedy(attendance=remedy),
        roles=RULES[Permission.roster_record].roles & RULES[Permission.leave_decide].roles,
        choices=choices,
    )


def carry_out(session: Session, act: Act) -> None:
    invitation = session.get_one(Invitation, (act.source_id, act.member_id))
    attendance = session.get(Attendance, (act.source_id, act.member_id))
    hand = ManualEdit(invitation.roster_id, act.member_id, act.actor, act.account_id, act.now)
    remedy = act.proposal.remedy.attendance
    if remedy is None or remedy is AttendanceRemedy.leave:
        if attendance is not None:
            by_hand.undo(session, hand, reason=REASON)
        _grant(session, act)
        return
    state = _STATES[remedy]
    if attendance is not None and attendance.state != AttendanceState.made_up:
        by_hand.correct(session, hand, state=state, reason=REASON)
        return
    if attendance is not None:
        by_hand.undo(session, hand, reason=REASON)
    by_hand.enter(session, hand, state=state, reason=REASON)


def _choices(attendance: Attendance | None, leave: Leave | None) -> tuple[AttendanceRemedy, ...]:
    possible = leave is not None and next_leave_status(leave.status, LeaveAction.grant) is not None
    first = (AttendanceRemedy.leave,) if possible else ()
    is_now = attendance.state if attendance is not None else None
    return (*first, *(remedy for remedy, state in _STATES.items() if state != is_now))


def _lacks(attendance: Attendance | None, leave: Leave | None) -> bool:
    """Whether something is missing from full presence: where nothing else is wished, that is put right."""
    if attendance is not None:
        return attendance.state == AttendanceState.late
    return leave is None or leave.status != LeaveStatus.granted


def _said(attendance: Attendance | None, leave: Leave | None) -> str:
    if attendance is not None:
        return STATE_TITLES[AttendanceState(attendance.state)]
    return _ON_LEAVE if leave is not None and leave.status == LeaveStatus.granted else _ABSENT


def _grant(session: Session, act: Act) -> None:
    leave = leave_of(session, meeting_id=act.source_id, member_id=act.member_id)
    assert leave is not None
    leaves.grant(
        session,
        leave_id=leave.id,
        terms=LeaveTerms(answer=REASON),
        actor=act.actor,
        account_id=act.account_id,
        version=leave.version,
        now=act.now,
    )
