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
