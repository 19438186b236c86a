"""An edition's words for its hash: head, results and sections in one order, the same on every machine and database.

The hash also covers the one of the edition that it supersedes, and holds no names. What it covers goes by the edition's
`hash_version`: a version that has been used is never changed (ADR 0035).
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from operator import attrgetter

from server.annual.results.models import AnnualEdition, AnnualResult, AnnualSection
from server.points.ledger.chain import GENESIS

_HEAD = (
    *("hash_version", "organization_id", "year", "edition", "kind", "statement_id", "warrant_kind", "warrant_id"),
    *("positions", "drawn_at"),
)
_RESULT = (
    *("member_id", "category", "stage", "standing", "standard_id", "negative", "total", "position"),
    *("head_seq", "head_hash", "cutoff_at"),
)
_SECTION = ("member_id", "section", "points")

COVERED = {1: (_HEAD, _RESULT, _SECTION)}
"""What each version covers of an edition, a result and a section."""

VERSION = max(COVERED)
"""The version of new editions."""

UNKNOWN = "未知版本"
NOTHING = "-"


def seal(
    edition: AnnualEdition,
    results: Iterable[AnnualResult],
    sections: Iterable[AnnualSection],
    *,
    before: str | None,
) -> str:
    """Return what an edition's hash must be; `before` is that of the edition it supersedes.

    UNKNOWN for a version that none of ours wrote.
    """
    if edition.hash_version not in COVERED:
        return UNKNOWN
    head, result, section = COVERED[edition.hash_version]
    words = (
        before or GENESIS,
        _line(edition, head),
        _lines(sorted(results, key=attrgetter("member_id")), result),
        _lines(sorted(sections, key=attrgetter("member_id", "section")), section),
    )
    return hashlib.sha256("\n\n".join(words).encode()).hexdigest()


def _lines(rows: Sequence[object], columns: Sequence[str]) -> str:
    return "\n".join(_line(row, columns) for row in rows)


def _line(row: object, columns: Sequence[str]) -> str:
    return "|".join(_said(getattr(row, column)) for column in columns)


def _said(value: object) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)
