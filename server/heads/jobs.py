"""What the heads of the books do by the clock."""

from datetime import datetime

from sqlalchemy import Engine

from server.config import Settings
from server.days import shanghai_date
from server.heads import upkeep as heads
from server.scheduling import CatchUp, Job, daily


def make_daily_heads(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Make the heads of the period's day, and write the file that is missing some."""
    heads.make_heads(engine, settings, day=shanghai_date(period), now=now)


JOBS = (Job("make_daily_heads", "生成每日账目校验码", daily("05:00"), CatchUp.latest, make_daily_heads),)
