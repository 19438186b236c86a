"""Which held check-ins wait for the host, as a query: of people still on a list who have not come in another way."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from server.meetings.models import Attendance, HeldCheckIn, Invitation
from server.meetings.rules import HeldStatus


def waiting(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Return a SELECT of these columns: a row for each check-in that waits, with its `Invitation`."""
    same = (HeldCheckIn.meeting_id, HeldCheckIn.member_id)
    return (
        select(*columns)
        .select_from(HeldCheckIn)
        .join(Invitation, and_(Invitation.meeting_id == same[0], Invitation.member_id == same[1]))
        .outerjoin(Attendance, and_(Attendance.meeting_id == same[0], Attendance.member_id == same[1]))
        .where(HeldCheckIn.status == HeldStatus.waiting, Attendance.member_id.is_(None))
    )


def waiting_count(session: Session, *where: ColumnElement[bool]) -> int:
    """Return how many of them wait."""
    return session.scalar(waiting(func.count()).where(*where)) or 0
