"""民主评议党员: what each member's appraisal came to, recorded from its meeting."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.audit.subjects import AuditSubject
from server.db import Base, BigId, UtcDateTime, enum_column
from server.ratings.appraisals.rules import AppraisalGrade


class Appraisal(Base):
    """A member's grade for a year, as the meeting came to it; 预备 take part without one.

    A mistaken one is withdrawn with a reason and recorded anew; one of a member and year is open.
    """

    __tablename__ = "appraisals"
    audit_subject = AuditSubject.appraisal
    __table_args__ = (UniqueConstraint("member_id", "for_year", "open"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    root_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    for_year: Mapped[int]
    grade: Mapped[AppraisalGrade] = mapped_column(enum_column())
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    open: Mapped[bool | None]
    recorded_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_reason: Mapped[str | None] = mapped_column(String(200))
