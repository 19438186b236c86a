"""What branches' years do by the clock."""

from datetime import datetime

from sqlalchemy import Engine

from server.annual.steps import clock, reminders
from server.config import Settings
from server.scheduling import CatchUp, Job, daily


def close_years(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Close the past year where the cut-off is over."""
    clock.close_due(engine, now=now)


def settle_years(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Settle the years to which no objection can come any more."""
    clock.settle_due(engine, now=now)


def archive_years(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Archive the years of which everything is filed and received."""
    clock.archive_due(engine, now=now)


def remind_of_year_steps(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Remind of steps that are due."""
    reminders.remind_due(engine, now=now)


JOBS = (
    Job("close_years", "年度停止申报", daily("00:10"), CatchUp.latest, close_years),
    Job("settle_years", "年度结果确定", daily("00:20"), CatchUp.latest, settle_years),
    Job("archive_years", "年度归档", daily("00:30"), CatchUp.latest, archive_years),
    Job("remind_of_year_steps", "年度工作提醒", daily("09:10"), CatchUp.latest, remind_of_year_steps),
)
