"""What meetings do when members come, move or change, and when a standard comes into force for a year that had none."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.days import SHANGHAI
from server.meetings.models import GuestVisit, Meeting, Roster
from server.meetings.planning.invitations import invite
from server.meetings.rules import MeetingStatus
from server.meetings.service import locked_meetings
from server.organizations.events import MemberLeft, MembersJoined, MemberTransferred, StageChanged
from server.organizations.models import Membership, Organization, ids_in
from server.standards.events import StandardPublished


def members_joined(session: Session, event: MembersJoined) -> None:
    _invite_anew(session, event.member_ids, event.now)


def member_transferred(session: Session, event: MemberTransferred) -> None:
    """Take the member off the lists of the branch they left, and invite them to the new one's meetings."""
    _invite_anew(session, [event.member_id], event.now)


def member_left(session: Session, event: MemberLeft) -> None:
    """Take who belongs to no branch any more off the lists of meetings ahead."""
    _invite_anew(session, [event.member_id], event.now)


def stage_changed(session: Session, event: StageChanged) -> None:
    """Invite members who become probationary to the members' meetings."""
    _invite_anew(session, [event.member_id], event.now)


def standard_published(session: Session, event: StandardPublished) -> None:
    """Have meetings looked at again that counted for nobody because the year had no standard when they were settled."""
    if not event.first:
        return
    top = session.get_one(Organization, event.organization_id)
    below = select(Organization.id).where(Organization.path.startswith(top.path, autoescape=True))
    members = select(Membership.member_id).where(Membership.organization_id.in_(below))
    begins, ends = (datetime(year, 1, 1, tzinfo=SHANGHAI).astimezone(UTC) for year in (event.year, event.year + 1))
    settled = select(Meeting.id).where(
        Meeting.status == MeetingStatus.settled, Meeting.starts_at >= begins, Meeting.starts_at < ends
    )
    visited = select(GuestVisit.meeting_id).where(GuestVisit.member_id.in_(members))
    concerned = Roster.organization_id.in_(below) | Roster.meeting_id.in_(visited)
    session.execute(update(Roster).where(Roster.meeting_id.in_(settled), concerned).values(due_at=event.now))


def _invite_anew(session: Session, member_ids: Collection[int], now: datetime) -> None:
    """Bring in line these members' invitations to planned meetings that have not closed, where they are or were."""
    still_ahead = (Meeting.status == MeetingStatus.planned) & (Meeting.closes_at > now)
    concerned = select(Roster.meeting_id).where(Roster.organization_id.in_(_places(session, member_ids)))
    ids = session.scalars(select(Meeting.id).where(Meeting.id.in_(concerned), still_ahead)).all()
    for meeting in locked_meetings(session, ids) if ids else ():
        if meeting.status == MeetingStatus.planned and meeting.closes_at > now:
            invite(session, meeting, only=member_ids)


def _places(session: Session, member_ids: Collection[int]) -> set[int]:
    """Return the branches and groups these members have ever been in, with everything above."""
    rows = session.execute(
        select(Organization.path, Membership.group_id)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(Membership.member_id.in_(member_ids))
        .distinct()
    )
    places: set[int] = set()
    for path, group_id in rows:
        places |= {*ids_in(path)} | ({group_id} if group_id else set())
    return places
