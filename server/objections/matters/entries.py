"""An entry of the ledger: what was given or taken for one fact."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.objections.matters import ObjectionMatter
from server.objections.matters.hands import OF_SOURCE
from server.objections.rules import Hand
from server.points.models import PointEntry, SourceKind
from server.points.sources import described
from server.presentation import points_text
from server.standards.versions import document_of


def describe(session: Session, subject_id: int, member_id: int) -> ObjectionMatter | None:
    """Describe a member's entry by its seq. An opening is the standard's, not anybody's doing."""
    entry = session.get(PointEntry, (member_id, subject_id))
    if entry is None or entry.source_kind == SourceKind.opening:
        return None
    source = _source_of(session, entry)
    told = described(session, SourceKind(source.source_kind), [source.source_id]).get(source.source_id)
    hands: dict[int, Hand] = {}
    if (find := OF_SOURCE.get(SourceKind(source.source_kind))) is not None:
        hands |= find(session, source.source_id, member_id)
    hands |= {each.decided_by: Hand.decided for each in (source, entry) if each.decided_by is not None}
    item = document_of(session, entry.standard_id).item(entry.item_code)
    named = item.title if item is not None else entry.item_code
    return ObjectionMatter(
        organization_id=entry.organization_id,
        year=entry.year,
        title=f"{named} {points_text(entry.points)}" if entry.points else named,
        details=(("事项", told.title), *told.details) if told else (),
        path=told.path if told else None,
        hands=hands,
    )


def recent(session: Session, member_id: int, most: int) -> Sequence[int]:
    """Return the seqs of a member's latest entries, openings left out."""
    of_member = (PointEntry.member_id == member_id, PointEntry.source_kind != SourceKind.opening)
    return session.scalars(select(PointEntry.seq).where(*of_member).order_by(PointEntry.seq.desc()).limit(most)).all()


def _source_of(session: Session, entry: PointEntry) -> PointEntry:
    """Return the entry whose source led to this one: a reversal stands for what it reverses."""
    while entry.reverses_seq is not None:
        entry = session.get_one(PointEntry, (entry.member_id, entry.reverses_seq))
    return entry
