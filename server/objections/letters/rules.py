"""Which letters there are of an objection. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from server.objections.rules import Instance, Letter, ObjectionStatus


class Told(Protocol):
    """As much of an objection as says whether it was taken in."""

    @property
    def status(self) -> ObjectionStatus: ...


class Look(Protocol):
    @property
    def answered_at(self) -> datetime | None: ...


def existing(objection: Told, looks: Mapping[Instance, Look]) -> tuple[Letter, ...]:
    """Return the letters that an objection has come to, in the order in which they were written."""
    found = []
    if objection.status == ObjectionStatus.not_admitted:
        found.append(Letter.refusal)
    if Instance.first in looks:
        found.append(Letter.admission)
    for instance, letter in ((Instance.first, Letter.answer), (Instance.second, Letter.final)):
        if instance in looks and looks[instance].answered_at is not None:
            found.append(letter)
    return tuple(found)
