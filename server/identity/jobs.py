"""What signing in does by the clock."""

from datetime import datetime
from functools import partial

from sqlalchemy import Engine

from server.config import Settings
from server.identity import upkeep as identity
from server.scheduling import CatchUp, Job, daily, to_the_end


def purge_sign_ins(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Delete kept answers, dead tokens and links, and old counters."""
    for purge in (
        identity.purge_idempotency_records,
        identity.purge_tokens,
        identity.purge_login_links,
        identity.purge_attempts,
        identity.purge_counters,
    ):
        to_the_end(engine, partial(purge, now=now), identity.BATCH)


JOBS = (Job("purge_sign_ins", "清理登录与重试记录", daily("03:30"), CatchUp.latest, purge_sign_ins, deletes=True),)
