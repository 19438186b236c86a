"""群机器人 as the API shows it: only the end of the webhook."""

from sqlalchemy.orm import Session

from server.pushes.robots import queries
from server.pushes.robots.models import Announcement
from server.pushes.robots.rules import STATUS_TITLES, AnnouncementKind, AnnouncementStatus
from server.pushes.robots.schemas import AnnouncementOut, GroupRobotOut


def robot(session: Session, organization_id: int) -> GroupRobotOut:
    known = queries.robot_of(session, organization_id)
    recent = [_announcement(each) for each in queries.recent(session, organization_id)]
    if known is None:
        return GroupRobotOut(
            webhook=None, meeting_tomorrow=False, month_published=False, changed_at=None, recent=recent
        )
    return GroupRobotOut(
        webhook=f"…{known.hint}",
        meeting_tomorrow=known.meeting_tomorrow,
        month_published=known.month_published,
        changed_at=known.changed_at,
        recent=recent,
    )


def _announcement(said: Announcement) -> AnnouncementOut:
    status = AnnouncementStatus(said.status)
    return AnnouncementOut(
        id=said.id,
        kind=AnnouncementKind(said.kind),
        text=said.text,
        at=said.finished_at or said.next_at,
        status=status,
        status_title=STATUS_TITLES[status],
    )
