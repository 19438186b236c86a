"""What 待办 does by the clock."""

from datetime import datetime

from sqlalchemy import Engine

from server.config import Settings
from server.scheduling import CatchUp, Job, daily
from server.todos import digest


def send_digests(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Tell officers on working days what waits for them."""
    digest.send_digests(engine, now=now, period=period)


JOBS = (Job("send_digests", "每日待办提醒", daily("09:00"), CatchUp.latest, send_digests),)
