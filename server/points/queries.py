"""Entries of the ledger by what led to them."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.points.models import PointEntry, SourceKind


def entries_of_sources(
    session: Session, *, source_kind: SourceKind, source_ids: Collection[int]
) -> Sequence[PointEntry]:
    """Return what these sources posted, by member and seq; reversals are found by the entries they reverse."""
    posted = select(PointEntry).where(PointEntry.source_kind == source_kind, PointEntry.source_id.in_(source_ids))
    return session.scalars(posted.order_by(PointEntry.member_id, PointEntry.seq)).all()
