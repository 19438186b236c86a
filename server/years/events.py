"""What this feature tells the features above it."""

from dataclasses import dataclass
from datetime import datetime

from server.years.rules import YearState


@dataclass(frozen=True, slots=True)
class BranchYearMoved:
    """A branch's year came into another state."""

    organization_id: int
    year: int
    before: YearState
    after: YearState
    now: datetime
