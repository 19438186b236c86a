"""Daily heads, and how far each chain had come when they were made. Insert-only."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, UtcDateTime, enum_column


class ChainKind(StrEnum):
    """Whose chain: a member's entries by seq, a branch's statements by id, a root's audit seals by number."""

    audit = "audit"
    ledger = "ledger"
    statements = "statements"


class DailyHead(Base):
    """A root's head of a Shanghai day. `number` counts in the order they were made, whatever the clock said."""

    __tablename__ = "daily_heads"
    __table_args__ = (UniqueConstraint("root_id", "day"), Base.__table_args__)

    root_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[date]
    head: Mapped[str] = mapped_column(String(32))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HeadPosition(Base):
    """How far a chain had come at head `number`; there is a row only if it had come further than at the previous head.

    So what was committed after the head, whatever its time, is not part of it, and can always be told from it.
    """

    __tablename__ = "head_positions"

    root_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[ChainKind] = mapped_column(enum_column(16), primary_key=True)
    subject_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)
