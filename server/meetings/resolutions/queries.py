"""Who may vote at a meeting, who of them came, and what it resolved."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from server.meetings.models import Attendance, Meeting
from server.meetings.resolutions.models import Resolution, VoteExclusion
from server.meetings.rules import AttendanceState
from server.organizations.history.queries import stage_on
from server.organizations.models import Member, Membership, Stage

CAME = (AttendanceState.present, AttendanceState.late)
"""Members who made up for the meeting later were not there for the vote."""


@dataclass(frozen=True, slots=True)
class Voter:
    """A full member of the branch on the day of the meeting; `came`: they were there in person."""

    member_id: int
    name: str
    came: bool


def voters(session: Session, meeting: Meeting) -> list[Voter]:
    """Return the host's full members on the day of the meeting, by name; one statement."""
    query = (
        select(Member.id, Member.name, Attendance.state)
        .join(Membership, Membership.member_id == Member.id)
        .outerjoin(Attendance, and_(Attendance.meeting_id == meeting.id, Attendance.member_id == Member.id))
        .where(
            Membership.organization_id == meeting.organization_id,
            Membership.holds_on(meeting.day),
            stage_on(meeting.day) == Stage.full,
        )
        .order_by(Member.name, Member.id)
    )
    return [Voter(member_id, name, state in CAME) for member_id, name, state in session.execute(query)]


def present_among(found: Sequence[Voter], excluded: Collection[int]) -> tuple[int, int]:
    """Return how many are entitled without the excluded, and how many of them came."""
    entitled = [voter for voter in found if voter.member_id not in excluded]
    return len(entitled), sum(voter.came for voter in entitled)


def of_meeting(session: Session, meeting_id: int) -> Sequence[Resolution]:
    """Return a meeting's resolutions in the order they were recorded, withdrawn ones too."""
    query = select(Resolution).where(Resolution.meeting_id == meeting_id).order_by(Resolution.id)
    return session.scalars(query).all()


def exclusions(session: Session, resolution_ids: Collection[int]) -> Mapping[int, list[tuple[VoteExclusion, str]]]:
    """Return who was not counted in these votes, with their names, by resolution."""
    query = (
        select(VoteExclusion, Member.name)
        .join(Member, Member.id == VoteExclusion.member_id)
        .where(VoteExclusion.resolution_id.in_(resolution_ids))
        .order_by(Member.name, Member.id)
    )
    found: dict[int, list[tuple[VoteExclusion, str]]] = {each: [] for each in resolution_ids}
    for row, name in session.execute(query):
        found[row.resolution_id].append((row, name))
    return found
