"""公示: what is shown to whom, from when to when, and who stands for it."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column
from server.identity.rules import Role
from server.publicity.rules import PublicityScope, PublicityStatus, PublicitySubject


class Publicity(Base):
    """One publicity of a subject; `edition` counts those of the same subject. Once approved only its end, its
    withdrawal and, when the calendar changes, its last day are entered.

    `open` while it is proposed, approved or ended, then NULL: a subject has at most one that is not withdrawn.
    `content_hash` is the subject's when it was proposed. The names themselves stand with the subject, not here.
    """

    __tablename__ = "publicities"
    audit_subject = AuditSubject.publicity
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "edition"),
        UniqueConstraint("subject_kind", "subject_id", "open"),
        Index(None, "organization_id", "status"),
        Index(None, "status", "last_day"),
        Base.__table_args__,
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    subject_kind: Mapped[PublicitySubject] = mapped_column(enum_column())
    subject_id: Mapped[int] = mapped_column(BigInteger)
    edition: Mapped[int]
    open: Mapped[bool | None]
    status: Mapped[PublicityStatus] = mapped_column(enum_column())
    scope: Mapped[PublicityScope] = mapped_column(enum_column())
    place: Mapped[str] = mapped_column(String(100))
    text: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    first_day: Mapped[date]
    working_days: Mapped[int]
    last_day: Mapped[date]
    proposed_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    proposed_role: Mapped[Role] = mapped_column(enum_column())
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    approved_role: Mapped[Role | None] = mapped_column(enum_column())
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_reason: Mapped[str | None] = mapped_column(String(500))
