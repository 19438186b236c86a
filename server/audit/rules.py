"""A line's one canonical form, its hash, and the hash of a batch of lines. Pure.

A line's hash is that of a leaf (with a 0 byte in front), so that a Merkle tree can be built over the same lines.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

GENESIS = "0" * 64
"""What a root's first seal takes as its `previous_hash`."""

COVERED = ("id", "root_id", "at", "actor_id", "action", "subject_kind", "subject_id", "detail", "request_id")
MARK = 12
"""How many hex digits of a line's hash its mark shows: they name the line. The hash of the batch proves it."""


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """The hashes of a seal's lines by id, in order, and its place in the root's chain."""

    root_id: int
    number: int
    previous_hash: str
    late: int
    sealed_at: datetime
    leaves: Mapping[int, str]


def leaf_hash(line: Any) -> str:
    """Return the hash of a line, or of a row with its columns: the same on every machine and database."""
    values = [getattr(line, name) for name in COVERED]
    text = json.dumps(values, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(b"\0" + text.encode()).hexdigest()


def batch_hash(batch: SealedBatch) -> str:
    head = (batch.root_id, batch.number, batch.late, _plain(batch.sealed_at), len(batch.leaves))
    words = (batch.previous_hash, "|".join(map(str, head)), *(f"{key}:{leaf}" for key, leaf in batch.leaves.items()))
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def marks(leaves: Mapping[int, str]) -> str:
    """Return `id:beginning` of each line, separated by spaces."""
    return " ".join(f"{key}:{leaf[:MARK]}" for key, leaf in leaves.items())


def marked(text: str) -> dict[int, str]:
    """Return the beginnings by id. Anything not written by `marks` is left out, and so found missing."""
    parts = (part.partition(":") for part in text.split())
    return {int(key): mark for key, _, mark in parts if key.isdecimal()}


def sealable(ids_at: Sequence[tuple[int, datetime]], *, young_since: datetime, young_until: datetime) -> list[int]:
    """Return the ids before the first young line: a line with a lower id than that may not be visible yet.

    A time later than `young_until` comes from a wrong clock and holds nothing up.
    """
    found = []
    for key, at in ids_at:
        if young_since < at <= young_until:
            break
        found.append(key)
    return found


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    raise TypeError(f"a line cannot say {value!r}")
