"""A branch's robot: set it up, change it, remove it, try it out."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.db import added
from server.errors import DomainError, not_found
from server.privacy import PhoneVault
from server.pushes.error_codes import PushErrorCode
from server.pushes.robots import rules
from server.pushes.robots.models import Announcement, GroupRobot
from server.pushes.robots.queries import robot_of
from server.pushes.robots.rules import AnnouncementKind, AnnouncementStatus

TRIAL_LASTS = timedelta(minutes=10)
TRIAL_PAUSE = timedelta(minutes=1)


def set_up(
    session: Session,
    vault: PhoneVault,
    organization_id: int,
    *,
    webhook: str | None,
    meeting_tomorrow: bool,
    month_published: bool,
    account_id: int,
    now: datetime,
) -> GroupRobot:
    """Set up or change a robot; without a webhook the present one stays. Raises DomainError `webhook_invalid`."""
    robot = session.get(GroupRobot, organization_id, with_for_update=True, populate_existing=True)
    key = rules.webhook_key(webhook) if webhook is not None else None
    if key is None and (robot is None or webhook is not None):
        raise DomainError(PushErrorCode.webhook_invalid, "请粘贴企业微信群机器人的 Webhook 地址（群设置 → 消息推送）")
    if robot is None:
        robot = GroupRobot(organization_id=organization_id)
        session.add(robot)
    if key is not None:
        robot.sealed_key, robot.hint = vault.seal(key), key[-4:]
    robot.meeting_tomorrow, robot.month_published = meeting_tomorrow, month_published
    robot.changed_by, robot.changed_at = account_id, now
    session.flush()
    return robot


def take_away(session: Session, organization_id: int) -> None:
    """Remove the robot; what it has not sent yet is never sent."""
    session.execute(delete(GroupRobot).where(GroupRobot.organization_id == organization_id))


def try_out(session: Session, organization_id: int, *, now: datetime) -> None:
    """Have the robot introduce itself, once a minute at most. Raises DomainError 404 without a robot."""
    if robot_of(session, organization_id) is None:
        raise not_found("群机器人")
    minute = str(int(now.timestamp() // TRIAL_PAUSE.total_seconds()))
    kind, until = AnnouncementKind.trial, now + TRIAL_LASTS
    add(session, organization_id, kind, minute, rules.TRIAL, due_at=now, until=until, now=now)


def add(
    session: Session,
    organization_id: int,
    kind: AnnouncementKind,
    subject: str,
    text: str,
    *,
    due_at: datetime,
    until: datetime,
    now: datetime,
) -> None:
    """Add an announcement; adding it again changes nothing."""
    said = Announcement(
        organization_id=organization_id,
        kind=kind,
        subject=subject,
        text=text,
        status=AnnouncementStatus.waiting,
        created_at=now,
        next_at=due_at,
        until=until,
    )
    same = select(Announcement.id).where(
        Announcement.organization_id == organization_id, Announcement.kind == kind, Announcement.subject == subject
    )
    if session.scalar(same) is not None:
        return
    if not added(session, said):  # another machine handled the same cause
        return
