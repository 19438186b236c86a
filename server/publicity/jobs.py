"""What publicities do by the clock."""

from datetime import datetime

from sqlalchemy import Engine

from server.config import Settings
from server.publicity.service import end_due
from server.scheduling import CatchUp, Job, daily


def end_publicities(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """End what has been shown to the end of its last day."""
    end_due(engine, now=now)


JOBS = (Job("end_publicities", "公示期满结束", daily("00:05"), CatchUp.latest, end_publicities),)
