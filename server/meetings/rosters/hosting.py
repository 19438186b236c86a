"""What a host decides about guests: a visit is confirmed or refused, and may be decided anew."""

from datetime import datetime
from http import HTTPStatus

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.errors import DomainError, conflict, not_found
from server.identity.rules import Actor, Permission
from server.meetings.error_codes import MeetingErrorCode
from server.meetings.models import Attendance, AttendanceChange, GuestVisit, Invitation, Meeting
from server.meetings.rosters.guests import count_at_home, home_meetings
from server.meetings.rules import AttendanceState, MeetingStatus, Via
from server.meetings.service import locked_meetings
from server.meetings.settlement import service as settlement
from server.organizations import four_eyes
from server.organizations.models import Member, Membership, Organization


def list_visits(session: Session, meeting: Meeting) -> list[tuple[GuestVisit, str, str | None]]:
    """Return the visits with the guests' names and branches of that day, the undecided first."""
    day = meeting.day
    query = (
        select(GuestVisit, Member.name, Organization.title)
        .join(Member, Member.id == GuestVisit.member_id)
        .outerjoin(Membership, (Membership.member_id == Member.id) & Membership.holds_on(day))
        .outerjoin(Organization, Organization.id == Membership.organization_id)
        .where(GuestVisit.meeting_id == meeting.id)
        .order_by(GuestVisit.confirmed.is_not(None), Member.name, Member.id)
    )
    return [(found, name, branch) for found, name, branch in session.execute(query)]


def confirm(
    session: Session, *, meeting_id: int, member_id: int, actor: Actor, account_id: int, now: datetime
) -> GuestVisit:
    """Confirm a visit; it counts at once for this month's meeting at home, if there is one. Safe to repeat.

    Raises DomainError 403 `own_attendance`, 404 `not_found`, 409 `meeting_cancelled`, `already_invited`.
    """
    host, homes, guest_visit = _locked(session, meeting_id, member_id, actor, now)
    if guest_visit.confirmed:
        return guest_visit
    if session.get(Invitation, (meeting_id, member_id)) is not None:
        raise conflict(MeetingErrorCode.already_invited, "该同志已列入本次会议的名单，请在名单中登记到会，不用另行确认")
    _decide(session, host, guest_visit, confirmed=True, reason=None, account_id=account_id, now=now)
    home = next((home for home in homes if _is_missed(session, home, member_id)), None)
    if home is not None:
        count_at_home(session, guest_visit, host=host, home=home, now=now)
        settlement.adjust(session, meeting_id=home.id, member_ids=[member_id], account_id=account_id, now=now)
    _settle_host(session, guest_visit, account_id=account_id, now=now)
    return guest_visit


def refuse(
    session: Session, *, meeting_id: int, member_id: int, reason: str, actor: Actor, account_id: int, now: datetime
) -> GuestVisit:
    """Refuse a visit; what a confirmed one counted for at home is taken back. Safe to repeat. Raises as `confirm`."""
    host, _homes, guest_visit = _locked(session, meeting_id, member_id, actor, now)
    if guest_visit.confirmed is False:
        return guest_visit
    _decide(session, host, guest_visit, confirmed=False, reason=reason, account_id=account_id, now=now)
    if guest_visit.counts_for_meeting_id is not None:
        _take_back(session, guest_visit, reason=reason, account_id=account_id, now=now)
    _settle_host(session, guest_visit, account_id=account_id, now=now)
    return guest_visit


def _locked(
    session: Session, meeting_id: int, member_id: int, actor: Actor, now: datetime
) -> tuple[Meeting, list[Meeting], GuestVisit]:
    """Return the host's meeting, what the visit may count for at home, and the visit, the meetings locked by id."""
    if actor.member_id == member_id:
        message = "不能确认本人的到会记录，请由主办方其他负责人或上级党组织确认"
        raise DomainError(MeetingErrorCode.own_attendance, message, status=HTTPStatus.FORBIDDEN)
    host = session.get_one(Meeting, meeting_id)
    four_eyes.refuse_of_member(
        session,
        account_id=actor.account_id,
        permission=Permission.roster_record,
        member_id=member_id,
        place=host.organization_id,
        now=now,
    )
    noted = session.get(GuestVisit, (meeting_id, member_id))
    if noted is None:
        raise not_found("到会记录")
    order = [home.id for home in home_meetings(session, host=host, member_id=member_id)]
    counted = [noted.counts_for_meeting_id] if noted.counts_for_meeting_id else []
    locked = {found.id: found for found in locked_meetings(session, {meeting_id, *order, *counted})}
    if locked[meeting_id].status == MeetingStatus.cancelled:
        raise conflict(MeetingErrorCode.meeting_cancelled, "这次会议已取消，不用确认到会")
    session.refresh(noted, with_for_update=True)
    homes = [locked[home_id] for home_id in order if locked[home_id].status != MeetingStatus.cancelled]
    return locked[meeting_id], homes, noted


def _is_missed(session: Session, home: Meeting, member_id: int) -> bool:
    return session.get(Attendance, (home.id, member_id), populate_existing=True) is None


def _decide(
    session: Session,
    host: Meeting,
    guest_visit: GuestVisit,
    *,
    confirmed: bool,
    reason: str | None,
    account_id: int,
    now: datetime,
) -> None:
    guest_visit.confirmed, guest_visit.reason = confirmed, reason
    guest_visit.decided_by, guest_visit.decided_at = account_id, now
    audit.record(
        session,
        actor_id=account_id,
        action="guest_confirm" if confirmed else "guest_refuse",
        now=now,
        detail={"member_id": guest_visit.member_id},
        **audit.of(host, AuditSubject.guest_visit),
    )
    session.flush()


def _take_back(session: Session, guest_visit: GuestVisit, *, reason: str, account_id: int, now: datetime) -> None:
    """Remove the attendance at home that this visit stood for, unless something else was entered since."""
    home_id, member_id = guest_visit.counts_for_meeting_id, guest_visit.member_id
    guest_visit.counts_for_meeting_id = None
    attendance = session.get(Attendance, (home_id, member_id), populate_existing=True)
    if (
        home_id is None
        or attendance is None
        or attendance.via != Via.elsewhere
        or attendance.elsewhere_meeting_id != guest_visit.meeting_id
    ):
        return
    session.add(
        AttendanceChange(
            meeting_id=home_id,
            member_id=member_id,
            before=AttendanceState(attendance.state),
            after=None,
            reason=reason,
            account_id=account_id,
            at=now,
        )
    )
    session.delete(attendance)
    session.flush()
    settlement.adjust(session, meeting_id=home_id, member_ids=[member_id], account_id=account_id, now=now)


def _settle_host(session: Session, guest_visit: GuestVisit, *, account_id: int, now: datetime) -> None:
    """A guest whose visit counts for nothing at home counts for the host's own items."""
    settlement.adjust(
        session,
        meeting_id=guest_visit.meeting_id,
        member_ids=[guest_visit.member_id],
        account_id=account_id,
        now=now,
    )
