"""What the members are told one by one their group hears as well, where the branch chose so: in general words."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.meetings.models import Meeting
from server.pushes.fanouts import Drafting, Part
from server.pushes.models import Fanout
from server.pushes.occasions import meetings, wording
from server.pushes.occasions.drafting import at_nine
from server.pushes.robots import rules, service
from server.pushes.robots.rules import AnnouncementKind
from server.pushes.rules import Occasion
from server.statements.models import Statement

MONTH_LASTS = timedelta(days=2)


def announced(draft: Drafting) -> Drafting:
    """Return a drafting whose end also writes down what the group hears, in the same transaction."""

    def drafted(session: Session, fanout: Fanout, limit: int, now: datetime) -> Part:
        part = draft(session, fanout, limit, now)
        if part.after_id is None:
            _announce(session, fanout, now=now)
        return part

    return drafted


def _announce(session: Session, fanout: Fanout, *, now: datetime) -> None:
    if fanout.occasion == Occasion.meeting_tomorrow:
        _meeting(session, fanout, now)
    elif fanout.occasion == Occasion.month_score:
        _month(session, fanout, now)


def _meeting(session: Session, fanout: Fanout, now: datetime) -> None:
    meeting = session.get_one(Meeting, fanout.subject_id)
    robot = service.robot_of(session, meeting.organization_id)
    holds = meetings.still_holds(meeting, Occasion.meeting_tomorrow, fanout.due_at)
    if robot is None or not robot.meeting_tomorrow or not holds:
        return
    text = rules.meeting_tomorrow(meeting.title, wording.moment(meeting.starts_at), meeting.place)
    service.add(
        session,
        meeting.organization_id,
        AnnouncementKind.meeting_tomorrow,
        fanout.subject,
        text,
        due_at=fanout.due_at,
        until=meeting.starts_at,
        now=now,
    )


def _month(session: Session, fanout: Fanout, now: datetime) -> None:
    statement = session.get_one(Statement, fanout.subject_id)
    robot = service.robot_of(session, statement.organization_id)
    if robot is None or not robot.month_published:
        return
    due_at = at_nine(fanout.due_at)
    service.add(
        session,
        statement.organization_id,
        AnnouncementKind.month_published,
        statement.period,
        rules.month_published(statement.period),
        due_at=due_at,
        until=due_at + MONTH_LASTS,
        now=now,
    )
