"""The outbox, its attempts, what people have subscribed to and what they have chosen."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column
from server.pushes.rules import AttemptStatus, Channel, Occasion, PushStatus, QuotaChange, ReceiptKind
from server.wechat.client import LONGEST_MESSAGE_ID


class Fanout(Base):
    """A cause that concerns many (a notice, a meeting): written with it; a job turns it into pushes, member by member.

    `after_id` is the last member done; `done_at` is set at the end. Doing it twice adds nothing.
    """

    __tablename__ = "push_fanouts"
    __table_args__ = (
        UniqueConstraint("occasion", "subject"),
        Index(None, "done_at", "due_at"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    occasion: Mapped[Occasion] = mapped_column(enum_column())
    subject: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    after_id: Mapped[int] = mapped_column(BigInteger, default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Push(Base):
    """One message for one person, in their inbox and in the outbox. `recipient` is `member:<id>` or `account:<id>`.

    `organization_id` is their branch on that day, which is told if they could not be reached. `content` holds what the
    templates need, by field name; `page` is where a tap leads. Not sent before `due_at` nor from `expires_at` on;
    `next_at` is when it is looked at next, `channel` the one that is being tried or that delivered it.
    """

    __tablename__ = "pushes"
    audit_subject = AuditSubject.push
    __table_args__ = (
        UniqueConstraint("recipient", "occasion", "subject"),
        CheckConstraint("(member_id IS NULL) <> (account_id IS NULL)", name="one_recipient"),
        Index(None, "status", "next_at"),
        Index(None, "finished_at"),
        Index(None, "recipient", "due_at"),
        Index(None, "organization_id", "status", "due_at"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    recipient: Mapped[str] = mapped_column(String(32))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    occasion: Mapped[Occasion] = mapped_column(enum_column())
    subject: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    page: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[PushStatus] = mapped_column(enum_column(16))
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    channel: Mapped[Channel | None] = mapped_column(enum_column(16))
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str | None] = mapped_column(String(64))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PushAttempt(Base):
    """One call to one channel, committed as `sending` before it is made. `message_id` is WeChat's id of the message."""

    __tablename__ = "push_attempts"
    __table_args__ = (
        UniqueConstraint("push_id", "number"),
        Index(None, "started_at"),
        Index(None, "channel", "message_id"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    push_id: Mapped[int] = mapped_column(ForeignKey("pushes.id"))
    number: Mapped[int]
    channel: Mapped[Channel] = mapped_column(enum_column(16))
    status: Mapped[AttemptStatus] = mapped_column(enum_column(16))
    errcode: Mapped[int | None]
    message_id: Mapped[str | None] = mapped_column(String(LONGEST_MESSAGE_ID))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Receipt(Base):
    """What WeChat reported of a message: the first report counts. Without `applied_at`, its push is not known yet."""

    __tablename__ = "push_receipts"
    __table_args__ = (Index(None, "applied_at", "received_at"), Base.__table_args__)

    channel: Mapped[Channel] = mapped_column(enum_column(16), primary_key=True)
    message_id: Mapped[str] = mapped_column(String(LONGEST_MESSAGE_ID), primary_key=True)
    kind: Mapped[ReceiptKind] = mapped_column(enum_column(16))
    errcode: Mapped[int | None]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ChannelPause(Base):
    """A channel that WeChat told us to leave alone until `until`; it holds for all senders. `errcode` says why."""

    __tablename__ = "push_channel_pauses"

    channel: Mapped[Channel] = mapped_column(enum_column(16), primary_key=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    errcode: Mapped[int]


class SubscriptionQuota(Base):
    """How many messages of a template a person has agreed to and not yet received; one accept is one message."""

    __tablename__ = "subscription_quotas"
    __table_args__ = (CheckConstraint("balance >= 0", name="balance"), Base.__table_args__)

    identity_id: Mapped[int] = mapped_column(ForeignKey("wechat_identities.id"), primary_key=True, autoincrement=False)
    template: Mapped[str] = mapped_column(String(64), primary_key=True)
    balance: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SubscriptionEntry(Base):
    """The quota's ledger: every movement of a balance, added and never changed."""

    __tablename__ = "subscription_entries"
    __table_args__ = (
        Index(None, "identity_id", "template"),
        Index(None, "push_id"),
        Index(None, "at"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    identity_id: Mapped[int] = mapped_column(ForeignKey("wechat_identities.id"))
    template: Mapped[str] = mapped_column(String(64))
    change: Mapped[QuotaChange] = mapped_column(enum_column(16))
    amount: Mapped[int]
    push_id: Mapped[int | None] = mapped_column(ForeignKey("pushes.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PushPreference(Base):
    """What a person chose: quiet hours (Shanghai time; equal ends: none), no figures, occasions for the inbox only."""

    __tablename__ = "push_preferences"

    recipient: Mapped[str] = mapped_column(String(32), primary_key=True)
    quiet_from: Mapped[time] = mapped_column(Time)
    quiet_until: Mapped[time] = mapped_column(Time)
    hides_figures: Mapped[bool]
    muted: Mapped[list[str]] = mapped_column(JSON)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
