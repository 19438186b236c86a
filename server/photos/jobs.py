"""What photos do by the clock."""

from datetime import datetime
from functools import partial

from sqlalchemy import Engine

from server import installation
from server.config import Settings
from server.db import reading
from server.photos import upkeep as photos
from server.photos.rules import may_unlink_unattached
from server.photos.storage import storage_of
from server.scheduling import CatchUp, Job, daily, last_done, to_the_end


def purge_photos(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Delete photos that were never attached, and bring the files in line with the rows."""
    installation.pair(engine, settings.data_dir)
    storage = storage_of(settings)
    with reading(engine) as session:
        last_sweep = last_done(session, "purge_photos", now=now)
    for_good = may_unlink_unattached(last_sweep, now=now)
    to_the_end(engine, partial(photos.purge_unattached, storage=storage, for_good=for_good, now=now), photos.BATCH)
    with reading(engine) as session:
        photos.sweep(session, storage, now=now)


JOBS = (Job("purge_photos", "清理未使用的照片", daily("03:30"), CatchUp.latest, purge_photos, deletes=True),)
