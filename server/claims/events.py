"""What claims tell the features above them."""

from dataclasses import dataclass
from datetime import datetime

from server.claims.rules import ClaimStatus


@dataclass(frozen=True, slots=True)
class ClaimReviewed:
    """A claim was approved, returned, rejected or reopened."""

    claim_id: int
    member_id: int
    status: ClaimStatus
    now: datetime
