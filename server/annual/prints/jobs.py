"""What prints do by the clock."""

from datetime import datetime
from functools import partial

from sqlalchemy import Engine

from server import installation
from server.annual.prints import making, service
from server.annual.prints.files import storage_of
from server.config import Settings
from server.db import reading
from server.scheduling import WEEK, CatchUp, Job, daily, every_minutes, to_the_end


def make_prints(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Make what was asked for, and go on with what a killed process left."""
    making.make_all(engine, storage_of(settings))


def purge_prints(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Delete prints that are no longer kept, and files that nobody knows."""
    installation.pair(engine, settings.data_dir)
    storage = storage_of(settings)
    to_the_end(engine, partial(service.purge, storage=storage, now=now), service.BATCH)
    with reading(engine) as session:
        service.sweep(session, storage, now=now)


JOBS = (
    Job("make_prints", "生成年度表册", every_minutes(1), CatchUp.latest, make_prints, keeps=WEEK),
    Job("purge_prints", "清理到期的表册文件", daily("03:40"), CatchUp.latest, purge_prints, deletes=True),
)
