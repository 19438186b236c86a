"""What standards do by the clock."""

from datetime import datetime

from sqlalchemy import Engine

from server.config import Settings
from server.days import shanghai_date
from server.scheduling import CatchUp, Job, daily
from server.standards.carrying_forward import carry_forward


def carry_standards_forward(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Carry last year's standards forward to where nobody published one for this year."""
    carry_forward(engine, year=shanghai_date(now).year, now=now)


JOBS = (
    Job("carry_standards_forward", "沿用上一年度积分标准", daily("00:01"), CatchUp.latest, carry_standards_forward),
)
