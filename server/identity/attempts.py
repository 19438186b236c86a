"""Five wrong tries within an hour cause a lock for an hour. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

MAX_WRONG_TRIES = 5
WINDOW = timedelta(hours=1)
LOCK = timedelta(hours=1)


def with_try(wrong_tries: Sequence[datetime], at: datetime) -> list[datetime]:
    """Return the tries to keep: the last five."""
    return [*wrong_tries, at][-MAX_WRONG_TRIES:]


def locked_until(wrong_tries: Sequence[datetime], now: datetime) -> datetime | None:
    """Return when the lock ends, or None if the next try is free."""
    if len(wrong_tries) < MAX_WRONG_TRIES or wrong_tries[-1] - wrong_tries[0] >= WINDOW:
        return None
    end = wrong_tries[-1] + LOCK
    return end if now < end else None
