"""Notices, the files attached to them, and who has read them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column
from server.notices.rules import NoticeAudience, NoticeStatus


class Notice(Base):
    """通知公告 of an organization for itself and all below. `version` grows with every change to a draft."""

    __tablename__ = "notices"
    audit_subject = AuditSubject.notice
    __table_args__ = (Index(None, "organization_id", "status", "published_at"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    title: Mapped[str] = mapped_column(String(100))
    body: Mapped[str] = mapped_column(Text)
    audience: Mapped[NoticeAudience] = mapped_column(enum_column())
    status: Mapped[NoticeStatus] = mapped_column(enum_column())
    version: Mapped[int] = mapped_column(default=1)
    written_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_reason: Mapped[str | None] = mapped_column(String(200))
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NoticeFile(Base):
    """A file attached to a notice; it is in the storage under `key`."""

    __tablename__ = "notice_files"
    __table_args__ = (Index(None, "notice_id"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(100))
    bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    added_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def key(self) -> str:
        return f"{self.sha256[:2]}/{self.sha256[2:]}-{self.public_id}"


class NoticeReading(Base):
    """Notes that a member has opened a notice, or was told of it by an officer (`told_by`); once."""

    __tablename__ = "notice_readings"
    __table_args__ = (Index(None, "member_id"), Base.__table_args__)

    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id"), primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
    told_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
