"""What the ledger tells the features above it."""

from dataclasses import dataclass
from datetime import datetime

from server.points.scores.rules import NegativeStatus


@dataclass(frozen=True, slots=True)
class NegativeDecisionChanged:
    """A negative-list decision came into force, was suspended, resumed or revoked: the member is to be told."""

    decision_id: int
    member_id: int
    status: NegativeStatus
    now: datetime
