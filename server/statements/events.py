"""What statements and bulletins tell the features beside them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StatementFrozen:
    """A branch's month is drawn up: its officers are to confirm it."""

    statement_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class StatementConfirmed:
    """A month stands: the branch's members may be told."""

    statement_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class BulletinPublished:
    bulletin_id: int
    now: datetime
