"""The events by which statements and bulletins inform other features."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StatementFrozen:
    """A branch's month is drawn up: its officers should confirm it."""

    statement_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class StatementConfirmed:
    """A month is confirmed: the branch's members may be told."""

    statement_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class BulletinPublished:
    bulletin_id: int
    now: datetime
