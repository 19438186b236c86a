"""What came in, each message once, and what is still to be sent after the answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.messages import ChatChannel
from bot.receive.rules import DeliveryStatus, FollowUpStatus
from server.db import Base, BigId, UtcDateTime, enum_column


class Delivery(Base):
    """One message of one person, however often WeChat delivers it. Written before it is worked on.

    `content` is what it says, kept until it is answered. `answer` is what goes back in the answer to the post, the same
    each time: '' when there is nothing to say, or everything goes out as follow-ups.
    """

    __tablename__ = "bot_deliveries"
    __table_args__ = (
        UniqueConstraint("app_id", "key"),
        Index(None, "app_id", "openid"),
        Index(None, "status", "received_at"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    app_id: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(128))
    channel: Mapped[ChatChannel] = mapped_column(enum_column(16))
    openid: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[DeliveryStatus] = mapped_column(enum_column(16))
    answer: Mapped[str] = mapped_column(Text)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Signature(Base):
    """A signature that was used, and for which message: in plain text it would prove any other message as well."""

    __tablename__ = "bot_signatures"

    app_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    signature: Mapped[str] = mapped_column(String(40), primary_key=True)
    key: Mapped[str] = mapped_column(String(128))
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class FollowUp(Base):
    """A message of ours after the answer: a 客服消息, or one of our 企业微信 application. Sent at most once.

    Not before `next_at`, and not from `until` on, when WeChat no longer takes it.
    """

    __tablename__ = "bot_follow_ups"
    __table_args__ = (
        UniqueConstraint("delivery_id", "position"),
        Index(None, "status", "next_at"),
        Index(None, "app_id", "openid", "status"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("bot_deliveries.id"))
    position: Mapped[int]
    app_id: Mapped[str] = mapped_column(String(64))
    channel: Mapped[ChatChannel] = mapped_column(enum_column(16))
    openid: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    status: Mapped[FollowUpStatus] = mapped_column(enum_column(16))
    attempts: Mapped[int] = mapped_column(default=0)
    errcode: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
