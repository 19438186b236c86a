"""停止党籍: from a day until it is ended (《中国共产党党员教育管理工作条例》第三十一条)."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, BigId, UtcDateTime
from server.periods import InForce


class Suspension(InForce, Base):
    """A member belongs to no branch from `from_date` on: their membership of `organization_id` ends that day.

    `document` is the 文号 of the approval from above. `open` is True until it is ended, then NULL: a member has one at
    a time. `until_date` (exclusive) is when they belong to a branch again, or were removed.
    """

    __tablename__ = "suspensions"
    __table_args__ = (UniqueConstraint("member_id", "open"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    open: Mapped[bool | None]
    from_date: Mapped[date]
    document: Mapped[str] = mapped_column(String(100))
    note: Mapped[str] = mapped_column(String(500))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until_date: Mapped[date | None]
    ended_note: Mapped[str | None] = mapped_column(String(500))
    ended_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
