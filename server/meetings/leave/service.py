"""请假: asked by the member or for them, before the meeting or after it, and decided by another."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.days import shanghai_date
from server.error_codes import CoreErrorCode
from server.errors import DomainError, conflict, not_found
from server.events import emit
from server.identity.rules import Actor, Permission
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.events import LeaveAnswered
from server.meetings.leave.queries import leave_of
from server.meetings.models import Attendance, Invitation, Leave, Meeting, Roster
from server.meetings.rules import (
    MAKEUP_DAYS,
    AttendanceState,
    LeaveAction,
    LeaveStatus,
    Part,
    next_leave_status,
)
from server.meetings.service import lock_active
from server.meetings.settlement import service as settlement
from server.meetings.settlement.cases import measure_of, planned_items
from server.meetings.settlement.outcomes import chosen_item
from server.organizations import four_eyes
from server.organizations.queries import account_names, supervising_organization
from server.points import service as points
from server.presentation import spoken_time
from server.standards.rules import LeaveKind

ASKED_WITHIN_DAYS = 30
"""How long after the meeting a leave may still be asked for (补请假)."""

MAKEUP_WITHIN_DAYS = 366
"""The longest time an officer may give for a 补课, in days after the meeting."""

STATUS_TITLES = {
    LeaveStatus.asked: "待批",
    LeaveStatus.granted: "已批准",
    LeaveStatus.refused: "未批准",
    LeaveStatus.withdrawn: "已撤回",
}


@dataclass(frozen=True, slots=True)
class LeaveRequest:
    """What is asked for. `on_behalf_reason`: why an officer asks for the member."""

    kind: LeaveKind
    reason: str
    on_behalf_reason: str | None = None


@dataclass(frozen=True, slots=True)
class LeaveTerms:
    """On what terms a leave is granted; `makeup` None leaves it to the standard, `makeup_until` None to the meeting."""

    makeup: bool | None = None
    makeup_until: date | None = None
    answer: str | None = None


def ask(
    session: Session,
    *,
    member_id: int,
    meeting_id: int,
    wish: LeaveRequest,
    actor: Actor,
    account_id: int,
    now: datetime,
) -> Leave:
    """Ask for leave; the same again changes nothing, after a refusal or withdrawal it is asked anew.

    Raises DomainError 409 `meeting_cancelled`, `not_invited`, `already_attended`, `leave_too_late`, `leave_exists`,
    `year_drafted`; 422 `reason_missing`.
    """
    wish = _as_asked_by(wish, member_id, actor)
    meeting = lock_active(session, meeting_id)
    invitation = _invitation(session, meeting, member_id)
    leave = leave_of(session, meeting_id=meeting_id, member_id=member_id)
    if leave is not None and leave.status in (LeaveStatus.asked, LeaveStatus.granted):
        if (leave.kind, leave.reason) == (wish.kind, wish.reason):
            return leave
        raise conflict(
            MeetingErrorCode.leave_exists, f"这次会议已有一份{STATUS_TITLES[leave.status]}的请假，如需改动请先撤回"
        )
    _check_time(meeting, now)
    _check_absent(session, meeting_id, member_id)
    points.refuse_drafted(session, [member_id], year=meeting.day.year, now=now)
    if leave is None:
        leave = Leave(meeting_id=meeting_id, member_id=member_id, version=0)
        session.add(leave)
    _write(leave, invitation, wish, account_id=account_id, now=now)
    _note(session, leave, meeting, "leave_ask", account_id=account_id, now=now)
    return leave


def withdraw(session: Session, *, leave_id: int, account_id: int, now: datetime) -> Leave:
    """Withdraw a leave that waits or was granted; again it changes nothing. Raises 409 `already_decided`."""
    leave, meeting = _locked(session, leave_id)
    if leave.status == LeaveStatus.withdrawn:
        return leave
    following = next_leave_status(leave.status, LeaveAction.withdraw)
    if following is None:
        raise _overtaken(session, leave)
    leave.status, leave.makeup_until = following, None
    leave.version += 1
    _note(session, leave, meeting, "leave_withdraw", account_id=account_id, now=now)
    _settle(session, leave, account_id=account_id, now=now)
    return leave


def grant(
    session: Session,
    *,
    leave_id: int,
    terms: LeaveTerms,
    actor: Actor,
    account_id: int,
    now: datetime,
    version: int | None = None,
) -> Leave:
    """Grant a leave; by the version seen also after a refusal, or once more on other terms with an answer.

    Raises DomainError 403 `own_leave`; 409 `already_decided`, `leave_withdrawn`, `already_attended`; 422
    `reason_missing`, `invalid_makeup`.
    """
    leave, meeting = _decidable(session, leave_id, actor, now)
    until = _makeup_until(session, leave, meeting, terms, today=shanghai_date(now))
    if _decided_so(leave, LeaveStatus.granted, terms.answer, account_id) and leave.makeup_until == until:
        return leave
    _check_seen(session, leave, LeaveAction.grant, version)
    if leave.status != LeaveStatus.asked and not terms.answer:
        raise DomainError(CoreErrorCode.reason_missing, "更改已作出的决定请写明理由")
    _check_absent(session, leave.meeting_id, leave.member_id, but=AttendanceState.made_up)
    leave.makeup_until = until
    return _answer(session, leave, meeting, LeaveStatus.granted, terms.answer, account_id=account_id, now=now)


def refuse(
    session: Session,
    *,
    leave_id: int,
    answer: str,
    actor: Actor,
    account_id: int,
    now: datetime,
    version: int | None = None,
) -> Leave:
    """Refuse a leave with an answer; by the version seen also one that was granted before. Raises as `grant`."""
    leave, meeting = _decidable(session, leave_id, actor, now)
    if _decided_so(leave, LeaveStatus.refused, answer, account_id):
        return leave
    _check_seen(session, leave, LeaveAction.refuse, version)
    leave.makeup_until = None
    return _answer(session, leave, meeting, LeaveStatus.refused, answer, account_id=account_id, now=now)


def last_day_to_ask(meeting: Meeting) -> date:
    """Return the last day on which leave may be asked for afterwards."""
    return meeting.day + timedelta(days=ASKED_WITHIN_DAYS)


def end_waiting(session: Session, *, meeting_id: int, member_id: int) -> None:
    """Withdraw a leave that still waits, since its member came; a granted one stays, in case that proves a mistake."""
    leave = leave_of(session, meeting_id=meeting_id, member_id=member_id)
    following = next_leave_status(leave.status, LeaveAction.withdraw) if leave else None
    if leave is not None and leave.status == LeaveStatus.asked and following is not None:
        leave.status = following
        leave.version += 1


def _as_asked_by(wish: LeaveRequest, member_id: int, actor: Actor) -> LeaveRequest:
    """Return the request as it is kept: those who ask for another say why, those who ask for themselves need not."""
    if actor.member_id == member_id:
        return LeaveRequest(wish.kind, wish.reason)
    if not wish.on_behalf_reason:
        raise DomainError(CoreErrorCode.reason_missing, "代为请假请写明代办原因")
    return wish


def _invitation(session: Session, meeting: Meeting, member_id: int) -> Invitation:
    invitation = session.get(Invitation, (meeting.id, member_id))
    if invitation is None or invitation.part != Part.invited:
        raise conflict(MeetingErrorCode.not_invited, "应到名单中没有该同志，不用请假")
    return invitation


def _check_time(meeting: Meeting, now: datetime) -> None:
    last = last_day_to_ask(meeting)
    if shanghai_date(now) > last:
        message = f"补请假的期限是会后 {ASKED_WITHIN_DAYS} 天，已于 {last} 截止，请联系支部说明情况"
        raise conflict(MeetingErrorCode.leave_too_late, message, until=last.isoformat())


def _check_absent(session: Session, meeting_id: int, member_id: int, *, but: AttendanceState | None = None) -> None:
    """Refuse the leave of a member who came, unless their attendance is `but` (made up, say)."""
    attendance = session.get(Attendance, (meeting_id, member_id), populate_existing=True)
    if attendance is not None and attendance.state != but:
        raise conflict(
            MeetingErrorCode.already_attended, "考勤中已有该同志的出席记录，不能请假；如登记有误请先更正考勤"
        )


def _write(leave: Leave, invitation: Invitation, wish: LeaveRequest, *, account_id: int, now: datetime) -> None:
    leave.roster_id = invitation.roster_id
    leave.kind, leave.reason, leave.on_behalf_reason = wish.kind, wish.reason, wish.on_behalf_reason
    leave.status, leave.makeup_until = LeaveStatus.asked, None
    leave.asked_by, leave.asked_at = account_id, now
    leave.decided_by, leave.decided_at, leave.answer = None, None, None
    leave.version += 1


def _locked(session: Session, leave_id: int) -> tuple[Leave, Meeting]:
    """Return a leave as it stands, with its meeting locked."""
    meeting_id = session.scalar(select(Leave.meeting_id).where(Leave.id == leave_id))
    if meeting_id is None:
        raise not_found("请假")
    meeting = lock_active(session, meeting_id)
    return session.get_one(Leave, leave_id, populate_existing=True, with_for_update=True), meeting


def _decidable(session: Session, leave_id: int, actor: Actor, now: datetime) -> tuple[Leave, Meeting]:
    leave, meeting = _locked(session, leave_id)
    roster = session.get_one(Roster, leave.roster_id)
    if actor.member_id == leave.member_id:
        above = supervising_organization(session, roster.organization_id)
        others = f"支部其他负责人或{above.title}" if above else "支部其他负责人"
        raise DomainError(
            MeetingErrorCode.own_leave, f"不能审批本人的请假，请由{others}审批", status=HTTPStatus.FORBIDDEN
        )
    four_eyes.refuse_of_member(
        session,
        account_id=actor.account_id,
        permission=Permission.leave_decide,
        member_id=leave.member_id,
        accounts=[leave.asked_by],
        since=leave.asked_at,
        place=roster.organization_id,
        now=now,
    )
    return leave, meeting


def _decided_so(leave: Leave, status: LeaveStatus, answer: str | None, account_id: int) -> bool:
    """Whether the same officer decided so before: a repeated request."""
    return leave.status == status and leave.answer == answer and leave.decided_by == account_id


def _check_seen(session: Session, leave: Leave, action: LeaveAction, version: int | None) -> None:
    """Raise unless the leave is still as the officer saw it; without a version they saw it undecided."""
    if leave.status == LeaveStatus.withdrawn:
        raise conflict(MeetingErrorCode.leave_withdrawn, "这份请假已撤回，不用审批", version=leave.version)
    as_seen = leave.status == LeaveStatus.asked if version is None else leave.version == version
    again = action is LeaveAction.grant and leave.status == LeaveStatus.granted
    if not as_seen or not (again or next_leave_status(leave.status, action)):
        raise _overtaken(session, leave)


def _overtaken(session: Session, leave: Leave) -> DomainError:
    """Return an error saying who decided a leave and when."""
    detail = {"status": leave.status, "version": leave.version}
    if leave.decided_by is None or leave.decided_at is None:
        return conflict(CoreErrorCode.stale_version, "这份请假已有变动，请刷新后再决定", **detail)
    who = account_names(session, [leave.decided_by])[leave.decided_by]
    message = f"{who}已于 {spoken_time(leave.decided_at)} 作出决定：{STATUS_TITLES[leave.status]}"
    return conflict(CoreErrorCode.already_decided, message, **detail)


def _makeup_until(session: Session, leave: Leave, meeting: Meeting, terms: LeaveTerms, *, today: date) -> date | None:
    """Return by when a 补课 is due, or None where none is; a day that has passed is replaced by a fair one."""
    asked = terms.makeup_until
    if asked is not None:
        _check_makeup(meeting, terms, today)
        return asked
    required = terms.makeup if terms.makeup is not None else _standard_requires(session, leave, meeting)
    if not required:
        return None
    return meeting.makeup_until if meeting.makeup_until >= today else today + timedelta(days=MAKEUP_DAYS)


def _check_makeup(meeting: Meeting, terms: LeaveTerms, today: date) -> None:
    if terms.makeup is False:
        raise DomainError(MeetingErrorCode.invalid_makeup, "不要求补课时不用填写补课期限")
    first = max(meeting.day, today)
    last = meeting.day + timedelta(days=MAKEUP_WITHIN_DAYS)
    if terms.makeup_until is not None and not first <= terms.makeup_until <= last:
        raise DomainError(MeetingErrorCode.invalid_makeup, f"补课期限应在 {first} 至 {last} 之间")


def _standard_requires(session: Session, leave: Leave, meeting: Meeting) -> bool:
    """Whether an item of the meeting asks for a 补课 after such a leave, by the standard that measures the member."""
    measure = measure_of(session, meeting, leave.member_id)
    if measure is None:
        return False
    items = (chosen_item(planned, measure) for planned in planned_items(meeting))
    return any(item is not None and leave.kind in item.makeup_leaves for item in items)


def _answer(
    session: Session,
    leave: Leave,
    meeting: Meeting,
    status: LeaveStatus,
    answer: str | None,
    *,
    account_id: int,
    now: datetime,
) -> Leave:
    leave.status, leave.answer = status, answer
    leave.decided_by, leave.decided_at = account_id, now
    leave.version += 1
    _note(session, leave, meeting, f"leave_{status}", account_id=account_id, now=now)
    emit(session, LeaveAnswered(leave.id, leave.member_id, leave.meeting_id, status, now))
    _settle(session, leave, account_id=account_id, now=now)
    return leave


def _settle(session: Session, leave: Leave, *, account_id: int, now: datetime) -> None:
    settlement.adjust(
        session, meeting_id=leave.meeting_id, member_ids=[leave.member_id], account_id=account_id, now=now
    )


def _note(session: Session, leave: Leave, meeting: Meeting, action: str, *, account_id: int, now: datetime) -> None:
    session.flush()
    audit.record(
        session,
        actor_id=account_id,
        root_id=meeting.root_id,
        action=action,
        subject_kind=AuditSubject.leave,
        subject_id=leave.id,
        now=now,
        detail={"version": leave.version},
    )
