"""What ran."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base, BigId, UtcDateTime


class JobRun(Base):
    """One period of one job. `finished_at` is set at the very end: a run whose process died is started again.

    `holder` started the last attempt (`host:pid`), `error` says how that one failed.
    """

    __tablename__ = "job_runs"
    __table_args__ = (UniqueConstraint("job", "period"), Base.__table_args__)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    job: Mapped[str] = mapped_column(String(40))
    period: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    holder: Mapped[str] = mapped_column(String(100))
    attempts: Mapped[int]
    error: Mapped[str | None] = mapped_column(String(500))
