"""A meeting or a vote in a path stands for its host; a roster for whose list it is; a leave for its member."""

from sqlalchemy.orm import Session

from server.identity.access import TargetParameter
from server.identity.rules import Target
from server.meetings.models import Leave, Meeting, Roster
from server.meetings.resolutions.models import Resolution
from server.organizations.queries import ancestor_ids


def of_meeting(session: Session, meeting_id: int) -> Target | None:
    meeting = session.get(Meeting, meeting_id)
    return Target(ancestor_ids(session, meeting.organization_id)) if meeting else None


def of_roster(session: Session, roster_id: int) -> Target | None:
    roster = session.get(Roster, roster_id)
    return Target(ancestor_ids(session, roster.organization_id)) if roster else None


def of_leave(session: Session, leave_id: int) -> Target | None:
    leave = session.get(Leave, leave_id)
    roster = session.get_one(Roster, leave.roster_id) if leave else None
    return Target(ancestor_ids(session, roster.organization_id), leave.member_id) if leave and roster else None


def of_resolution(session: Session, resolution_id: int) -> Target | None:
    row = session.get(Resolution, resolution_id)
    return of_meeting(session, row.meeting_id) if row else None


meeting_target = TargetParameter("meeting_id", of_meeting)
roster_target = TargetParameter("roster_id", of_roster)
leave_target = TargetParameter("leave_id", of_leave)
resolution_target = TargetParameter("resolution_id", of_resolution)
