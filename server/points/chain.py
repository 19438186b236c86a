"""The hash chain of a member's entries. Pure.

An entry's hash covers the previous hash and everything the entry says; of texts and photos it covers only the hashes,
so that those can be erased when their retention ends.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import Row

from server.points.models import PointEntry

GENESIS = "0" * 64
"""What the first entry of a chain takes as its `prev_hash`."""

COVERED = tuple(column.key for column in PointEntry.__table__.columns if column.key not in ("prev_hash", "hash"))


Entry = PointEntry | Row[Any]
"""An entry, or a row with its columns."""

Columns = dict[str, Any]
"""An entry's columns by name, before it is written."""

_of_object, _of_mapping = attrgetter(*COVERED), itemgetter(*COVERED)


def canonical(entry: Entry | Columns) -> bytes:
    """Return the entry as one unambiguous line, the same on every machine and database."""
    values = _of_mapping(entry) if isinstance(entry, dict) else _of_object(entry)
    return _json.encode(list(zip(COVERED, values, strict=True))).encode()


def link(prev_hash: str, entry: Entry | Columns) -> str:
    """Return the hash that ties the entry to the one before."""
    return hashlib.sha256(prev_hash.encode() + canonical(entry)).hexdigest()


def text_hash(salt: str, text: str) -> str:
    """Return the hash of an entry's words; the salt goes with them when they are erased, so none can guess them."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def broken_link(entries: Iterable[Entry], *, prev_hash: str = GENESIS, next_seq: int = 1) -> int | None:
    """Return the seq of the first entry that is missing or does not fit the chain, or None.

    `entries` are one member's in order of seq, starting with `next_seq`, which follows `prev_hash`.
    """
    for entry in entries:
        if entry.seq != next_seq:
            return next_seq
        if entry.prev_hash != prev_hash or entry.hash != link(prev_hash, entry):
            return entry.seq
        prev_hash, next_seq = entry.hash, next_seq + 1
    return None


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    raise TypeError(f"an entry cannot say {value!r}")


_json = json.JSONEncoder(separators=(",", ":"), default=_plain)
