"""What this feature tells the features above it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ResultsSuperseded:
    """Results that stood were drawn up anew for some members, and something of them came out differently.

    `edition_id` stands now instead of `before_id`; `member_ids` are whose results were drawn up anew. The branch's year
    is held, and the ledgers of these members.
    """

    edition_id: int
    before_id: int
    organization_id: int
    year: int
    member_ids: Collection[int]
    now: datetime
