"""What this feature tells the features above it."""

from dataclasses import dataclass
from datetime import datetime

from server.publicity.rules import PublicitySubject


@dataclass(frozen=True, slots=True)
class PublicityApproved:
    """A publicity was approved; it is shown from its first day on."""

    publicity_id: int
    organization_id: int
    subject_kind: PublicitySubject
    subject_id: int
    account_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class PublicityEnded:
    """The last day of a publicity is over."""

    publicity_id: int
    organization_id: int
    subject_kind: PublicitySubject
    subject_id: int
    now: datetime


@dataclass(frozen=True, slots=True)
class PublicityWithdrawn:
    """A publicity was withdrawn, before it was approved or later (`was_shown`)."""

    publicity_id: int
    organization_id: int
    subject_kind: PublicitySubject
    subject_id: int
    was_shown: bool
    account_id: int | None
    now: datetime
