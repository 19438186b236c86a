"""What members were before they became what they are now (docs/adr/0039)."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, UtcDateTime, enum_column
from server.organizations.models import Category, Stage


class FormerKinds(Base):
    """Category and stage of a member until a day, exclusive; since the row before ended, or for ever.

    What holds after the last row stands in `members`, so that a member of whom nothing changed has no row.
    `entered_by`, `entered_at` and `reason` (None: it was no correction) are of what ended the period.
    """

    __tablename__ = "former_kinds"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    until_date: Mapped[date] = mapped_column(primary_key=True)
    category: Mapped[Category] = mapped_column(enum_column())
    stage: Mapped[Stage] = mapped_column(enum_column())
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str | None] = mapped_column(String(200))
