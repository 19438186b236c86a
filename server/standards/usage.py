"""Whether a year's ledger already rests on a standard.

The ledger stands above standards and imports them, so its table is asked by name, as the foreign keys are.
"""

from collections.abc import Sequence

from sqlalchemy import column, exists, select, table
from sqlalchemy.orm import Session

from server.organizations.models import Organization

_entries = table("point_entries", *map(column, ("organization_id", "year", "standard_id", "source_kind")))
NO_FACTS = ("opening", "reversal")
"""Entries that follow from a standard or from another entry; they can be posted again under a new version."""


def has_facts(session: Session, *, path: str, year: int, standard_ids: Sequence[int]) -> bool:
    """Whether facts of the year at or below an organization's `path` were posted under any of these versions."""
    query = select(_entries.c.year).where(
        _entries.c.standard_id.in_(standard_ids),
        _entries.c.year == year,
        _entries.c.source_kind.not_in(NO_FACTS),
        _entries.c.organization_id.in_(select(Organization.id).where(Organization.path.startswith(path))),
    )
    return bool(session.scalar(select(exists(query))))
