"""The hash chain of a member's entries. Pure.

An entry's hash covers the previous hash and everything the entry says; of texts and photos it covers only the hashes,
so that those can be erased when their retention ends. What it covers goes by the entry's `hash_version`: a version that
has been used is never changed (ADR 0035).
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

_FIRST = (
    *("member_id", "seq", "root_id", "organization_id", "year", "standard_id", "item_code"),
    *("points", "owed", "attended", "made_up", "excused", "level", "achievement"),
    *("occurred_on", "posted_at", "source_kind", "source_id", "revision", "reverses_seq"),
    *("clause", "decided_by", "text_hash", "evidence_hash"),
)
COVERED: dict[int, tuple[str, ...]] = {1: _FIRST, 2: ("hash_version", *_FIRST)}
"""What the hash of each version covers, in this order. A new column of the ledger comes with a new version."""

VERSION = max(COVERED)
"""The version of new entries."""

Entry = PointEntry | Row[Any]
"""An entry, or a row with its columns."""

Columns = dict[str, Any]
"""An entry's columns by name, before it is written."""

_of_object = {version: attrgetter(*covered) for version, covered in COVERED.items()}
_of_mapping = {version: itemgetter(*covered) for version, covered in COVERED.items()}


def canonical(entry: Entry | Columns) -> bytes:
    """Return the entry as one unambiguous line, the same on every machine and database.

    Raises KeyError where no version of ours wrote it.
    """
    if isinstance(entry, dict):
        version = entry["hash_version"]
        values = _of_mapping[version](entry)
    else:
        version = entry.hash_version
        values = _of_object[version](entry)
    return _json.encode(list(zip(COVERED[version], values, strict=True))).encode()


def link(prev_hash: str, entry: Entry | Columns) -> str:
    """Return the hash that ties the entry to the one before. Raises KeyError as `canonical` does."""
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
        fits = entry.hash_version in COVERED and entry.hash == link(prev_hash, entry)
        if entry.prev_hash != prev_hash or not fits:
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
