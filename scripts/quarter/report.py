"""What was due, how it ended and what arrived, compared with each other."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, select

from server.db import reading
from server.pushes.models import Push
from server.pushes.rules import Occasion, PushStatus

ENDS = {
    PushStatus.sent: {1},
    PushStatus.unknown: {0, 1},
    PushStatus.unreachable: {0},
    PushStatus.expired: {0},
    PushStatus.muted: {0},
}
"""How often a push may have arrived, by how it ended; every other state is not an end."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A push as the outbox records it, and how often it arrived."""

    id: int
    recipient: str
    occasion: Occasion
    status: PushStatus
    reason: str | None
    arrived: int


@dataclass(frozen=True, slots=True)
class Report:
    """A quarter's pushes, what should have been pushed (where one can tell by counting), and how it went."""

    pushes: tuple[Ended, ...]
    expected: Mapping[Occasion, int]
    strangers: int
    kills: int
    seconds: float

    @property
    def faults(self) -> list[str]:
        """What must not happen; empty if the product held."""
        return [*self._miscounted(), *self._badly_ended(), *self._strange()]

    def lines(self) -> Iterator[str]:
        """The report for people."""
        by_status = Counter(push.status.value for push in self.pushes)
        yield f"{len(self.pushes):,} pushes in {self.seconds:,.0f} s, {self.kills} kills: " + _counts(by_status)
        for occasion, count in Counter(push.occasion for push in self.pushes).most_common():
            states = Counter(push.status.value for push in self.pushes if push.occasion is occasion)
            yield f"  {occasion.value}: {count:,} ({_counts(states)})"
        twice = sum(push.arrived > 1 for push in self.pushes)
        unknown = [push for push in self.pushes if push.status is PushStatus.unknown]
        yield f"arrived twice: {twice}; unknown: {len(unknown):,}, of which {sum(p.arrived for p in unknown):,} arrived"
        yield from (f"FAULT: {fault}" for fault in self.faults[:20])

    def _miscounted(self) -> Iterator[str]:
        found = Counter(push.occasion for push in self.pushes)
        for occasion, count in self.expected.items():
            if found[occasion] != count:
                yield f"{occasion.value}: {count:,} were due, {found[occasion]:,} were written"

    def _badly_ended(self) -> Iterator[str]:
        for push in self.pushes:
            if push.arrived not in ENDS.get(push.status, set()):
                yield f"push {push.id} ({push.occasion.value}) is {push.status.value} and arrived {push.arrived} times"
            if push.status is not PushStatus.sent and push.status is not PushStatus.muted and not push.reason:
                yield f"push {push.id} ({push.occasion.value}) is {push.status.value} without a reason"

    def _strange(self) -> Iterator[str]:
        if self.strangers:
            yield f"{self.strangers} messages arrived that no push stands for"


def ended(engine: Engine, arrivals: Iterable[Mapping[str, Any]]) -> tuple[tuple[Ended, ...], int]:
    """Return every push with how often it arrived, and how many messages belong to none."""
    arrived = Counter(_push_id(message) for message in arrivals)
    columns = (Push.id, Push.recipient, Push.occasion, Push.status, Push.reason)
    with reading(engine) as session:
        rows = session.execute(select(*columns).order_by(Push.id)).all()
    known = {row.id for row in rows}
    strangers = sum(count for push_id, count in arrived.items() if push_id not in known)
    found = (
        Ended(row.id, row.recipient, Occasion(row.occasion), PushStatus(row.status), row.reason, arrived[row.id])
        for row in rows
    )
    return tuple(found), strangers


def _push_id(message: Mapping[str, Any]) -> int:
    _, _, number = str(message["page"]).rpartition("push=")
    return int(number) if number.isdigit() else 0


def _counts(counter: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counter.items()))
