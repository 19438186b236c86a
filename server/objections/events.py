"""What this feature tells the features above it."""

from dataclasses import dataclass
from datetime import datetime

from server.objections.rules import ObjectionAction


@dataclass(frozen=True, slots=True)
class ObjectionMoved:
    """A step of an objection was taken."""

    objection_id: int
    action: ObjectionAction
    now: datetime


@dataclass(frozen=True, slots=True)
class ObjectionCorrected:
    """What was upheld was put right at its source. `changed` are the members and years whose entries it changed."""

    objection_id: int
    changed: frozenset[tuple[int, int]]
    account_id: int | None
    now: datetime
