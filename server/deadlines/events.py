"""What this feature tells the features above it."""

from dataclasses import dataclass
from datetime import date, datetime

from server.deadlines.models import DeadlineSubject


@dataclass(frozen=True, slots=True)
class VacationsChanged:
    """A university's vacations have changed; `words` say what was entered, changed or removed."""

    root_id: int
    words: str
    account_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class DeadlineMoved:
    """An open due day moved because the calendar changed; `reason` is for people."""

    deadline_id: int
    organization_id: int
    subject: DeadlineSubject
    subject_id: int
    kind: str
    old_day: date
    new_day: date
    reason: str
    now: datetime
