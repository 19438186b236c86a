"""What feedbacks do by the clock."""

from datetime import datetime
from functools import partial

from sqlalchemy import Engine

from server.config import Settings
from server.feedback import upkeep
from server.scheduling import CatchUp, Job, daily, to_the_end


def destroy_identities(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Destroy who reported, and the photos, where the end lies long enough back."""
    work = partial(upkeep.destroy_identities, keep_days=settings.feedback_days, now=now)
    to_the_end(engine, work, upkeep.BATCH)


JOBS = (
    Job(
        "purge_reporters",
        "销毁到期的反映人身份",
        daily("03:40"),
        CatchUp.latest,
        destroy_identities,
        deletes=True,
    ),
)
