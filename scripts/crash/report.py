"""What a siege showed. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Key = tuple[int, int]
"""(meeting, member)."""


class Fault(StrEnum):
    """What is killed; each is a SIGKILL."""

    worker = "worker"  # the web server starts another
    server = "server"  # with all its workers; started again here
    database = "database"  # mariadbd; started again here


@dataclass(frozen=True, slots=True)
class Report:
    """`acknowledged`: the moment of the scan as people were told; `recorded`: as the database has it, row by row."""

    kills: Mapping[Fault, int]
    acknowledged: Mapping[Key, datetime]
    recorded: Sequence[tuple[Key, datetime]]
    statuses: Mapping[int, int]
    unanswered: int
    broken: Sequence[str]

    @property
    def lost(self) -> list[Key]:
        """Members who were told that they are checked in and are not, or not as they were told."""
        there = dict(self.recorded)
        return sorted(key for key, scanned_at in self.acknowledged.items() if there.get(key) != scanned_at)

    @property
    def doubled(self) -> list[Key]:
        """Members who are there more than once."""
        times = Counter(key for key, _ in self.recorded)
        return sorted(key for key, count in times.items() if count > 1)

    @property
    def holds(self) -> bool:
        """Whether the promise was kept: nothing lost, nothing double, no answer that should not be."""
        return not (self.lost or self.doubled or self.broken)

    def lines(self) -> list[str]:
        """Return the report for people."""
        kills = ", ".join(f"{count} × {fault}" for fault, count in sorted(self.kills.items()))
        answers = ", ".join(f"{count:,} × {status}" for status, count in sorted(self.statuses.items()))
        told = f"acknowledged {len(self.acknowledged):,}, found {len(self.acknowledged) - len(self.lost):,}"
        lines = [
            f"killed   {sum(self.kills.values())}: {kills}",
            f"answers  {answers}; {self.unanswered:,} connections broke",
            f"result   {told}, lost {len(self.lost)}, double {len(self.doubled)}",
        ]
        return lines + [f"broken   {sentence}" for sentence in self.broken[:5]]
