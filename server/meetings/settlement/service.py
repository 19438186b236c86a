"""Settling a meeting: presence is posted a day after it, absences once an officer confirmed their list (design §5).

Each function takes the meeting's lock first and changes at most 500 members' ledgers; where more are left, the list's
`due_at` says so and `due.py` goes on. Repeating any of them changes nothing.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.days import day_end, shanghai_date
from server.errors import DomainError, conflict, not_found
from server.meetings.check_in.tickets import TICKET_LIFETIME
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.held.waiting import waiting_count
from server.meetings.models import Attendance, Invitation, Leave, Meeting, Roster
from server.meetings.rosters import guests
from server.meetings.rules import (
    SETTLES_AFTER,
    LeaveStatus,
    MeetingAction,
    MeetingStatus,
    RosterStatus,
    next_status,
)
from server.meetings.settlement.alignment import AlignmentCause, align
from server.meetings.settlement.cases import ids_concerned, ids_of_guests, ids_on_roster
from server.meetings.settlement.queries import absent_ids
from server.points import service as points


def settle(session: Session, *, meeting_id: int, now: datetime) -> bool:
    """Post the presence of a meeting whose time has come; return whether everyone is done."""
    meeting = _locked(session, meeting_id)
    following = next_status(meeting.status, MeetingAction.settle)
    if following is None or now < meeting.settles_at:
        return True
    _count_visits(session, meeting, now)
    if not align(session, meeting, ids_concerned(session, meeting_id), AlignmentCause(now, settled=True)):
        return False
    if meeting.status != following:
        meeting.status, meeting.settled_at = following, now
    session.flush()
    return True


def adjust(session: Session, *, meeting_id: int, member_ids: Collection[int], account_id: int, now: datetime) -> None:
    """Bring the ledger in line for these members after a change by hand; nothing happens before a settlement.

    Raises DomainError 409 `year_drafted`, whether or not anything would be posted.
    """
    meeting = _locked(session, meeting_id)
    points.refuse_drafted(session, member_ids, year=meeting.day.year, now=now)
    if meeting.status == MeetingStatus.cancelled:
        return
    settled = meeting.status == MeetingStatus.settled
    rosters = _rosters_of(session, meeting_id, member_ids)
    confirmed = {roster.id for roster in rosters.values() if roster.status == RosterStatus.confirmed}
    touched = [each for each in member_ids if settled or (each in rosters and rosters[each].id in confirmed)]
    done = align(session, meeting, touched, AlignmentCause(now, settled, account_id))
    for roster in {rosters[each].id: rosters[each] for each in touched if each in rosters}.values():
        if roster.due_at is None or now < roster.due_at:  # what is due already still has to be done
            _note_next_day(session, meeting, roster, done=done, now=now)
    session.flush()


def confirm(
    session: Session,
    *,
    roster_id: int,
    absent: Collection[int],
    count_anyway: Collection[int],
    account_id: int,
    now: datetime,
) -> Roster:
    """Confirm a list by the absences the officer saw, and post what it means at once; the same again changes nothing.

    `count_anyway` are those whose claim of the same day is of something else. Raises DomainError 409 `check_in_open`,
    `check_ins_held`, `meeting_cancelled`, `roster_changed`, `year_drafted`; 422 `not_invited`.
    """
    meeting, roster = _locked_roster(session, roster_id)
    _check_takes_place(meeting)
    _refuse_drafted(session, meeting, roster, now)
    if now <= meeting.closes_at:
        raise conflict(MeetingErrorCode.check_in_open, "签到还没有结束，请在签到结束后确认名单")
    if roster.status != RosterStatus.confirmed:
        _check_held_decided(session, roster)
    _check_absent(session, meeting, roster, absent)
    _count_beside_claims(session, roster, count_anyway)
    _count_visits(session, meeting, now)
    newly = roster.status != RosterStatus.confirmed
    if newly:
        roster.status, roster.confirmed_by, roster.confirmed_at = RosterStatus.confirmed, account_id, now
        session.flush()
    _align_roster(session, meeting, roster, AlignmentCause(now, meeting.status == MeetingStatus.settled, account_id))
    if newly:
        _audit(session, meeting, roster, "roster_confirm", account_id=account_id, now=now)
    return roster


def reopen(session: Session, *, roster_id: int, reason: str, account_id: int, now: datetime) -> Roster:
    """Take back by reversal what a list's people got from the meeting, to be settled again a day later.

    Raises DomainError 409 `meeting_cancelled`, `nothing_to_reopen`, `year_drafted`.
    """
    meeting, roster = _locked_roster(session, roster_id)
    _check_takes_place(meeting)
    _refuse_drafted(session, meeting, roster, now)
    if roster.status == RosterStatus.open and meeting.status != MeetingStatus.settled:
        raise conflict(MeetingErrorCode.nothing_to_reopen, "这份名单还没有确认，也没有计分，可以直接更正考勤")
    roster.status, roster.confirmed_by, roster.confirmed_at = RosterStatus.open, None, None
    meeting.status = next_status(meeting.status, MeetingAction.reopen) or meeting.status
    meeting.settles_at, meeting.settled_at = now + SETTLES_AFTER, None
    session.flush()
    _look_again(session, meeting)
    _align_roster(session, meeting, roster, AlignmentCause(now, settled=False, account_id=account_id, reason=reason))
    _audit(session, meeting, roster, "roster_reopen", account_id=account_id, now=now)
    return roster


def catch_up(session: Session, *, roster_id: int, now: datetime) -> bool:
    """Bring a list in line whose `due_at` has come; return whether everyone is done."""
    meeting, roster = _locked_roster(session, roster_id)
    if roster.due_at is None or now < roster.due_at:
        return True
    return _align_roster(session, meeting, roster, AlignmentCause(now, meeting.status == MeetingStatus.settled))


def _align_roster(session: Session, meeting: Meeting, roster: Roster, occasion: AlignmentCause) -> bool:
    """Bring the list's people in line, and the meeting's guests once it is settled."""
    member_ids = ids_on_roster(session, roster.id)
    if occasion.settled:
        member_ids += ids_of_guests(session, meeting.id)
    done = align(session, meeting, member_ids, occasion)
    _note_next_day(session, meeting, roster, done=done, now=occasion.now)
    session.flush()
    return done


def _note_next_day(session: Session, meeting: Meeting, roster: Roster, *, done: bool, now: datetime) -> None:
    """Note when the list is next due: at once, when the last ticket has ended, or after the next day for a 补课."""
    if not done:
        roster.due_at = now
        return
    days = [meeting.closes_at + TICKET_LIFETIME]
    if (makeup_until := _next_makeup(session, roster.id, shanghai_date(now))) is not None:
        days.append(day_end(makeup_until))
    ahead = [day for day in days if day > now]
    roster.due_at = min(ahead) if ahead and roster.status == RosterStatus.confirmed else None


def _next_makeup(session: Session, roster_id: int, today: date) -> date | None:
    return session.scalar(
        select(func.min(Leave.makeup_until)).where(
            Leave.roster_id == roster_id, Leave.status == LeaveStatus.granted, Leave.makeup_until >= today
        )
    )


def _locked(session: Session, meeting_id: int) -> Meeting:
    meeting = session.scalar(
        select(Meeting).where(Meeting.id == meeting_id).with_for_update().execution_options(populate_existing=True)
    )
    if meeting is None:
        raise not_found("会议")
    return meeting


def _locked_roster(session: Session, roster_id: int) -> tuple[Meeting, Roster]:
    """Return a list and its meeting, the meeting locked first."""
    found = session.get(Roster, roster_id)
    if found is None:
        raise not_found("名单")
    meeting = _locked(session, found.meeting_id)
    session.refresh(found)
    return meeting, found


def _check_takes_place(meeting: Meeting) -> None:
    if meeting.status == MeetingStatus.cancelled:
        raise conflict(MeetingErrorCode.meeting_cancelled, "这次会议已取消，不再计分")


def _refuse_drafted(session: Session, meeting: Meeting, roster: Roster, now: datetime) -> None:
    points.refuse_drafted(session, ids_on_roster(session, roster.id), year=meeting.day.year, now=now)


def _rosters_of(session: Session, meeting_id: int, member_ids: Collection[int]) -> dict[int, Roster]:
    rows = (
        select(Invitation.member_id, Roster)
        .join(Roster, Roster.id == Invitation.roster_id)
        .where(Invitation.meeting_id == meeting_id, Invitation.member_id.in_(member_ids))
        .execution_options(populate_existing=True)
    )
    return dict(session.execute(rows).all())


def _check_absent(session: Session, meeting: Meeting, roster: Roster, seen: Collection[int]) -> None:
    absent = absent_ids(session, meeting, roster.id)
    if absent != sorted(set(seen)):
        message = "缺席名单与您看到的不一致，可能有人刚补录、请假或撤回，请刷新核对后再确认"
        raise conflict(MeetingErrorCode.roster_changed, message, absent=absent)


def _check_held_decided(session: Session, roster: Roster) -> None:
    waiting = waiting_count(session, Invitation.roster_id == roster.id)
    if waiting:
        message = f"还有 {waiting} 人的签到待确认，请会议主持人先确认或不确认，再确认名单"
        raise conflict(MeetingErrorCode.check_ins_held, message, count=waiting)


def _look_again(session: Session, meeting: Meeting) -> None:
    """Have the other open lists looked at once it settles again: if called off instead, they lose what they got."""
    others = (Roster.meeting_id == meeting.id) & (Roster.status == RosterStatus.open) & Roster.due_at.is_(None)
    session.execute(update(Roster).where(others).values(due_at=meeting.settles_at))


def _count_beside_claims(session: Session, roster: Roster, member_ids: Collection[int]) -> None:
    """Keep the officer's word that these members' claims are of something else."""
    invited = select(Invitation).where(Invitation.roster_id == roster.id, Invitation.member_id.in_(member_ids))
    found: Sequence[Invitation] = session.scalars(invited).all()
    if len(found) != len(set(member_ids)):
        raise DomainError(MeetingErrorCode.not_invited, "“仍然计分”中有人不在这份名单上，请刷新后重试")
    for invitation in found:
        invitation.counts_anyway = True
    session.flush()


def _count_visits(session: Session, meeting: Meeting, now: datetime) -> None:
    """Count visits elsewhere for this meeting; what their hosts' meetings posted for guests falls due again."""
    credited = guests.credit_home(session, meeting=meeting, now=now)
    if not credited:
        return
    hosts = select(Attendance.elsewhere_meeting_id).where(
        Attendance.meeting_id == meeting.id, Attendance.member_id.in_(credited)
    )
    session.execute(update(Roster).where(Roster.meeting_id.in_(session.scalars(hosts).all())).values(due_at=now))


def _audit(session: Session, meeting: Meeting, roster: Roster, action: str, *, account_id: int, now: datetime) -> None:
    audit.record(
        session,
        actor_id=account_id,
        root_id=meeting.root_id,
        action=action,
        subject_kind=AuditSubject.meeting_roster,
        subject_id=roster.id,
        now=now,
    )
