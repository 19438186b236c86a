"""Who would be absent if a roster were confirmed now."""

from sqlalchemy.orm import Session

from server.meetings.models import Meeting
from server.meetings.settlement.cases import concerned, ids_on_roster


def absent_ids(session: Session, meeting: Meeting, roster_id: int) -> list[int]:
    """Return who was expected, did not come and is not on leave."""
    people = concerned(session, meeting, ids_on_roster(session, roster_id))
    return [person.member.id for person in people if person.is_absent]
