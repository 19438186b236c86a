"""A branch's robot, and its messages, each sent once."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, BigId, UtcDateTime, enum_column
from server.pushes.robots.rules import AnnouncementKind, AnnouncementStatus


class GroupRobot(Base):
    """`sealed_key` is the webhook's key, encrypted: anyone who has it can write in the group. `hint` is its end."""

    __tablename__ = "group_robots"

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), primary_key=True, autoincrement=False)
    sealed_key: Mapped[str] = mapped_column(String(255))
    hint: Mapped[str] = mapped_column(String(8))
    meeting_tomorrow: Mapped[bool]
    month_published: Mapped[bool]
    changed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Announcement(Base):
    """One message for a group, one per organization, kind and subject. Not before `next_at`, nor from `until` on."""

    __tablename__ = "group_announcements"
    __table_args__ = (
        UniqueConstraint("organization_id", "kind", "subject"),
        Index(None, "status", "next_at"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    kind: Mapped[AnnouncementKind] = mapped_column(enum_column())
    subject: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    status: Mapped[AnnouncementStatus] = mapped_column(enum_column(16))
    attempts: Mapped[int] = mapped_column(default=0)
    errcode: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
