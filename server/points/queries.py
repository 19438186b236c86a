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


def live_entries_of(session: Session, *, source_kind: SourceKind, source_id: int) -> list[PointEntry]:
    """Return what a source posted and nothing has taken back, by member and seq."""
    posted = entries_of_sources(session, source_kind=source_kind, source_ids=[source_id])
    if not posted:
        return []
    members = {entry.member_id for entry in posted}
    taken = select(PointEntry.member_id, PointEntry.reverses_seq).where(PointEntry.member_id.in_(members))
    gone = {(each.member_id, each.reverses_seq) for each in session.execute(taken)}
    return [entry for entry in posted if (entry.member_id, entry.seq) not in gone]
