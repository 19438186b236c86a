"""A feedback, its photos, and its story."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.dialects.mysql import MEDIUMBLOB
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column
from server.feedback.rules import (
    FeedbackAction,
    FeedbackKind,
    FeedbackOutcome,
    FeedbackRefusal,
    FeedbackStatus,
    FeedbackVia,
)

IMAGE = LargeBinary().with_variant(MEDIUMBLOB(), "mysql", "mariadb")


class Feedback(Base):
    """What somebody reported. `organization_id` handles it: the organization whose form it was (`about_id`), or the one
    above where it is about an officer there.

    Name and contact are sealed as telephones are; `identity_gone_at`: they were destroyed. Of the query code there is
    a keyed hash. `sender` stands for a network on the day it came in, until it ends; None for who was signed in.
    `open` until it has come to an end, then NULL. One that was handed over keeps its number and days and nothing else.
    """

    __tablename__ = "feedbacks"
    audit_subject = AuditSubject.feedback
    __table_args__ = (
        Index(None, "organization_id", "open"),
        Index(None, "root_id", "open"),
        Index(None, "ended_at"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    about_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    publicity_id: Mapped[int | None] = mapped_column(ForeignKey("publicities.id"))
    kind: Mapped[FeedbackKind | None] = mapped_column(enum_column())
    via: Mapped[FeedbackVia | None] = mapped_column(enum_column())
    about_officer: Mapped[bool]
    about_name: Mapped[str | None] = mapped_column(String(64))
    words: Mapped[str | None] = mapped_column(Text)
    words_key: Mapped[str | None] = mapped_column(String(16))
    sender: Mapped[str | None] = mapped_column(String(8))
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    name_sealed: Mapped[str | None] = mapped_column(String(600))
    contact_sealed: Mapped[str | None] = mapped_column(String(600))
    identity_gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[FeedbackStatus] = mapped_column(enum_column())
    open: Mapped[bool | None]
    version: Mapped[int] = mapped_column(default=1)
    refusal: Mapped[FeedbackRefusal | None] = mapped_column(enum_column())
    investigator_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    begun_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    extended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[FeedbackOutcome | None] = mapped_column(enum_column())
    finding: Mapped[str | None] = mapped_column(Text)
    reply: Mapped[str | None] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FeedbackPhoto(Base):
    """A photo that came with a feedback, clean as all are: drawn anew, without what the camera wrote into it."""

    __tablename__ = "feedback_photos"

    feedback_id: Mapped[int] = mapped_column(ForeignKey("feedbacks.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    image: Mapped[bytes] = mapped_column(IMAGE)


class FeedbackStep(Base):
    """A line of a feedback's story, only ever added. `account_id` None: whoever reported; `due_on` is the last day that
    the step had to keep. `words` of a refusal and an extension are told to whoever has the code."""

    __tablename__ = "feedback_steps"
    __table_args__ = (Index(None, "feedback_id"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    feedback_id: Mapped[int] = mapped_column(ForeignKey("feedbacks.id"))
    action: Mapped[FeedbackAction] = mapped_column(enum_column())
    after: Mapped[FeedbackStatus] = mapped_column(enum_column())
    words: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[date | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
