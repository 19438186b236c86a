"""A branch's robot, and what it last said."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.pushes.robots.models import Announcement, GroupRobot

RECENT = 10


def robot_of(session: Session, organization_id: int) -> GroupRobot | None:
    return session.get(GroupRobot, organization_id, populate_existing=True)


def recent(session: Session, organization_id: int) -> Sequence[Announcement]:
    query = select(Announcement).where(Announcement.organization_id == organization_id)
    return session.scalars(query.order_by(Announcement.id.desc()).limit(RECENT)).all()
