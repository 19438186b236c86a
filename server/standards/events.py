"""What others may want to know about standards."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class StandardPublished:
    """A version came into force for an organization and everything below it that has none of its own.

    `first`: facts of the year may have been left uncounted because no standard measured them.
    """

    standard_id: int
    organization_id: int
    year: int
    now: datetime
    first: bool = False
