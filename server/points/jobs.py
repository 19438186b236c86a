"""What the ledger does by the clock."""

from datetime import datetime

from sqlalchemy import Engine

from server.config import Settings
from server.points.ledger import due as points
from server.scheduling import WEEK, CatchUp, Job, every_minutes


def open_years(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Open the year for members who have not had it opened, and re-base those whom another standard measures now."""
    points.open_years_due(engine, now=now)


JOBS = (Job("open_years", "计入年度起始分", every_minutes(5), CatchUp.latest, open_years, keeps=WEEK),)
