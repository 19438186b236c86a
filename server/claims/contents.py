"""What a claim says, as its writer fills it in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Participant:
    """Another member who shares in a joint work, and their place in its order of names (from 1)."""

    member_id: int
    place: int


@dataclass(frozen=True, slots=True)
class Contents:
    """A draft may leave anything open. `place` of `people` is the claimant's in a joint work; alone it is 1 of 1."""

    title: str = ""
    description: str = ""
    item_code: str | None = None
    quantity: Decimal | None = None
    level: str | None = None
    achievement: str | None = None
    occurred_on: date | None = None
    place: int = 1
    people: int = 1
    participants: Sequence[Participant] = ()
    photo_ids: Sequence[int] = ()
