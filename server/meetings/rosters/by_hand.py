"""Attendance by hand: 代为登记, 补录, 更正, 撤销 and 补课. Always with a reason, never one's own."""

from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus

from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.days import day_start, shanghai_date
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.identity.rules import Actor, Permission
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.leave.queries import leave_of
from server.meetings.leave.service import end_waiting
from server.meetings.models import Attendance, AttendanceChange, HeldCheckIn, Invitation, Leave, Meeting, Roster
from server.meetings.rosters import queries as lists
from server.meetings.rosters.queries import STATE_TITLES
from server.meetings.rules import (
    AttendanceState,
    CheckInRefusal,
    HeldStatus,
    Part,
    Via,
)
from server.meetings.service import lock_active
from server.meetings.settlement import service as settlement
from server.organizations import four_eyes
from server.organizations.exemptions import is_exempt
from server.organizations.members import one
from server.organizations.queries import home_of


@dataclass(frozen=True, slots=True)
class ManualEdit:
    """Who changes what by hand: a person of a roster, and the officer who does it."""

    roster_id: int
    member_id: int
    actor: Actor
    account_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class _Place:
    """The person's place in the meeting, locked."""

    hand: ManualEdit
    meeting: Meeting
    roster: Roster
    invitation: Invitation | None
    attendance: Attendance | None


def enter(
    session: Session, hand: ManualEdit, *, state: AttendanceState, reason: str, at: datetime | None = None
) -> Attendance:
    """Enter that someone came; if that was entered before, the first entry stays.

    `at` is when they came; by default now while check-in runs, else the meeting's beginning. Someone of the roster's
    organization who is not on the list is put there. Raises DomainError 403 `own_attendance`; 409 `too_early`,
    `not_invited`, `already_recorded`, `meeting_cancelled`; 422 `use_makeup`, `outside_meeting`.
    """
    place = _locked(session, hand)
    if state is AttendanceState.made_up:
        raise DomainError(MeetingErrorCode.use_makeup, "补课请使用补课登记，并写明补课日期和依据")
    if place.attendance is not None:
        return _the_same(place.attendance, state)
    if hand.now < place.meeting.opens_at:
        raise conflict(CheckInRefusal.too_early, "签到尚未开始，会议开始前不能登记出席")
    came_at = _came_at(place.meeting, at, hand.now)
    if place.invitation is None:
        _invite(session, place)
    end_waiting(session, meeting_id=place.meeting.id, member_id=hand.member_id)
    return _insert(session, place, state=state, scanned_at=came_at, reason=reason, words=reason)


def correct(session: Session, hand: ManualEdit, *, state: AttendanceState, reason: str) -> Attendance:
    """Correct 出席 into 迟到 or back; how the record came about stays as it was.

    Raises DomainError 403 `own_attendance`; 409 `nothing_recorded`, `made_up`; 422 `use_makeup`.
    """
    place = _locked(session, hand)
    attendance = place.attendance
    if state is AttendanceState.made_up:
        raise DomainError(MeetingErrorCode.use_makeup, "补课请使用补课登记，并写明补课日期和依据")
    if attendance is None:
        raise _nothing_recorded()
    if attendance.state == AttendanceState.made_up:
        raise conflict(MeetingErrorCode.made_up, "该同志登记的是补课，如登记有误请先撤销，再登记出席")
    if attendance.state == state:
        return attendance
    before = AttendanceState(attendance.state)
    attendance.state = state
    _note(session, place, "attendance_correct", before=before, after=state, words=reason)
    return attendance


def undo(session: Session, hand: ManualEdit, *, reason: str) -> None:
    """Remove a record that was a mistake; if it was undone before, nothing happens.

    A visit elsewhere that stood for this meeting stays spent. Raises DomainError 403 `own_attendance`; 409
    `nothing_recorded`.
    """
    place = _locked(session, hand)
    if place.attendance is None:
        history = lists.changes(session, meeting_id=place.meeting.id, member_id=hand.member_id)
        if history and history[-1].after is None:
            return
        raise _nothing_recorded()
    before = AttendanceState(place.attendance.state)
    session.delete(place.attendance)
    held = session.get(HeldCheckIn, (place.meeting.id, hand.member_id))
    if held is not None and held.scan_id == place.attendance.scan_id:  # else it would be called confirmed
        held.status, held.reason = HeldStatus.dismissed, reason
        held.decided_by, held.decided_at = hand.account_id, hand.now
    _note(session, place, "attendance_undo", before=before, after=None, words=reason)


def make_up(
    session: Session, hand: ManualEdit, *, on: date, evidence: str, late_reason: str | None = None
) -> Attendance:
    """Enter a 补课 of someone who was absent or on leave, done on a day until the deadline, or later with a reason.

    Raises DomainError 403 `own_attendance`; 409 `not_invited`, `check_in_open`, `invalid_makeup`, `makeup_too_late`,
    `already_recorded`; 422 `in_the_future`.
    """
    place = _locked(session, hand)
    if place.invitation is None or place.invitation.part != Part.invited:
        raise _not_invited()
    if place.attendance is not None:
        return _the_same(place.attendance, AttendanceState.made_up)
    leave = leave_of(session, meeting_id=place.meeting.id, member_id=hand.member_id)
    _check_day(place, leave, on, late_reason)
    return _insert(
        session,
        place,
        state=AttendanceState.made_up,
        scanned_at=day_start(on),
        reason=evidence,
        words=evidence if not late_reason else f"{evidence}；逾期原因：{late_reason}",
    )


def _locked(session: Session, hand: ManualEdit) -> _Place:
    """Return the person's place in the meeting, which is locked. Raises 403 for one's own."""
    if hand.actor.member_id == hand.member_id:
        message = "不能登记本人的考勤，请由支部其他负责人或上级党组织登记"
        raise DomainError(MeetingErrorCode.own_attendance, message, status=HTTPStatus.FORBIDDEN)
    roster = session.get(Roster, hand.roster_id)
    if roster is None:
        raise not_found("名单")
    four_eyes.refuse_of_member(
        session,
        account_id=hand.account_id,
        permission=Permission.roster_record,
        member_id=hand.member_id,
        place=roster.organization_id,
        now=hand.now,
    )
    meeting = lock_active(session, roster.meeting_id)
    invitation = session.get(Invitation, (meeting.id, hand.member_id), populate_existing=True)
    if invitation is not None and invitation.roster_id != roster.id:
        raise _not_invited()
    attendance = session.get(Attendance, (meeting.id, hand.member_id), populate_existing=True)
    return _Place(hand, meeting, roster, invitation, attendance)


def _the_same(attendance: Attendance, state: AttendanceState) -> Attendance:
    """Return the record that is there if it says the same."""
    if attendance.state == state:
        return attendance
    title = STATE_TITLES[attendance.state]
    raise conflict(
        CoreErrorCode.already_recorded, f"已登记为“{title}”，如需改动请使用更正或先撤销", state=attendance.state
    )


def _came_at(meeting: Meeting, at: datetime | None, now: datetime) -> datetime:
    if at is None:
        return now if now <= meeting.closes_at else meeting.starts_at
    if not meeting.opens_at <= at <= min(meeting.ends_at, now):
        raise DomainError(MeetingErrorCode.outside_meeting, "到会时间应在签到开始之后、会议结束之前，且不晚于现在")
    return at


def _invite(session: Session, place: _Place) -> None:
    """Put someone of the roster's organization on its list; people who are exempt come as observers."""
    member, day = one(session, place.hand.member_id), place.meeting.day
    if place.roster.organization_id not in home_of(session, member.id, day):
        raise _not_invited()
    session.add(
        Invitation(
            meeting_id=place.meeting.id,
            member_id=member.id,
            roster_id=place.roster.id,
            part=Part.observer if is_exempt(session, member.id, day) else Part.invited,
            chosen=True,
        )
    )
    session.flush()


def _check_day(place: _Place, leave: Leave | None, on: date, late_reason: str | None) -> None:
    granted = leave if leave is not None and leave.granted else None
    first, today = place.meeting.day, shanghai_date(place.hand.now)
    if on < first or today < first:
        raise conflict(MeetingErrorCode.invalid_makeup, f"补课日期不能早于会议当天（{first}）")
    if granted is None and place.hand.now <= place.meeting.closes_at:
        raise conflict(MeetingErrorCode.check_in_open, "签到尚未结束，请先登记到会情况")
    if on > today:
        raise DomainError(CoreErrorCode.in_the_future, "补课日期不能晚于今天")
    until = granted.makeup_until if granted and granted.makeup_until else place.meeting.makeup_until
    if on > until and not late_reason:
        raise conflict(
            MeetingErrorCode.makeup_too_late, f"补课期限为 {until}，逾期补课请写明原因", until=until.isoformat()
        )


def _insert(
    session: Session, place: _Place, *, state: AttendanceState, scanned_at: datetime, reason: str, words: str
) -> Attendance:
    """Insert the record; `words` is what the history says."""
    attendance = Attendance(
        meeting_id=place.meeting.id,
        member_id=place.hand.member_id,
        state=state,
        via=Via.manual,
        scanned_at=scanned_at,
        recorded_at=place.hand.now,
        account_id=place.hand.account_id,
        reason=reason,
    )
    session.add(attendance)
    action = "attendance_make_up" if state is AttendanceState.made_up else "attendance_enter"
    _note(session, place, action, before=None, after=state, words=words)
    return attendance


def _note(
    session: Session,
    place: _Place,
    action: str,
    *,
    before: AttendanceState | None,
    after: AttendanceState | None,
    words: str,
) -> None:
    """Write the change into the person's history and the audit trail, and bring the ledger in line."""
    hand, meeting = place.hand, place.meeting
    session.add(
        AttendanceChange(
            meeting_id=meeting.id,
            member_id=hand.member_id,
            before=before,
            after=after,
            reason=words,
            account_id=hand.account_id,
            at=hand.now,
        )
    )
    audit.record(
        session,
        actor_id=hand.account_id,
        action=action,
        now=hand.now,
        detail={"member_id": hand.member_id, "before": before, "after": after},
        **audit.of(meeting, AuditSubject.attendance),
    )
    session.flush()
    settlement.adjust(
        session, meeting_id=meeting.id, member_ids=[hand.member_id], account_id=hand.account_id, now=hand.now
    )


def _not_invited() -> DomainError:
    return conflict(MeetingErrorCode.not_invited, "该同志不在这份应到名单上，会议当天也不属于该党组织")


def _nothing_recorded() -> DomainError:
    return conflict(MeetingErrorCode.nothing_recorded, "考勤中没有该同志的记录，不用更正或撤销")
