"""From the matter that was doubted to the source that led to it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.objections.corrections.acts import Proposal, Remedy
from server.objections.corrections.sources import SOURCES
from server.objections.models import Objection
from server.objections.rules import CorrectionKind, ObjectionSubject
from server.points.models import PointEntry, SourceKind
from server.statements.models import Statement

_KINDS = {
    SourceKind.claim: CorrectionKind.claim,
    SourceKind.meeting: CorrectionKind.attendance,
    SourceKind.dues: CorrectionKind.dues,
    SourceKind.decision: CorrectionKind.decision,
}
SOURCE_KINDS = {kind: source for source, kind in _KINDS.items()}
_OF_MANY = (ObjectionSubject.month, ObjectionSubject.result)

Found = tuple[CorrectionKind, int]
"""A kind of source, and its id."""


def source_of(session: Session, objection: Objection, wished: Remedy) -> Found | None:
    """Return the source of the matter; of a month or a year that of the entry wished. None where there is none."""
    seq = wished.seq
    subject = ObjectionSubject(objection.subject_kind)
    if subject is ObjectionSubject.rejection:
        return CorrectionKind.claim, objection.subject_id
    if subject is ObjectionSubject.negative:
        return CorrectionKind.negative, objection.subject_id
    if subject is ObjectionSubject.entry:
        seq = objection.subject_id
    elif subject not in _OF_MANY or seq not in {each.seq for each in components_of(session, objection)}:
        return None
    entry = session.get(PointEntry, (objection.member_id, seq))
    while entry is not None and entry.reverses_seq is not None:
        entry = session.get_one(PointEntry, (entry.member_id, entry.reverses_seq))
    if entry is None or SourceKind(entry.source_kind) not in _KINDS:
        return None
    return _KINDS[SourceKind(entry.source_kind)], entry.source_id


def components_of(session: Session, objection: Objection) -> Sequence[PointEntry]:
    """Return the entries of which a month or a year consists, as far as a source stands behind them and nothing has
    taken them back; none for other matters."""
    if objection.subject_kind not in _OF_MANY:
        return ()
    posted = select(PointEntry).where(PointEntry.member_id == objection.member_id, PointEntry.year == objection.year)
    entries = session.scalars(posted.order_by(PointEntry.occurred_on, PointEntry.seq)).all()
    gone = {entry.reverses_seq for entry in entries}
    until = _until(session, objection)
    return [
        entry
        for entry in entries
        if entry.seq not in gone and SourceKind(entry.source_kind) in _KINDS and entry.occurred_on <= until
    ]


def proposal_of(session: Session, objection: Objection, found: Found | None, wished: Remedy) -> Proposal | None:
    """Return what would be done at a source, filled in; None where nothing is left to correct there."""
    if found is None:
        return None
    kind, source_id = found
    return SOURCES[kind].propose(session, source_id, objection.member_id, wished)


def _until(session: Session, objection: Objection) -> date:
    if objection.subject_kind == ObjectionSubject.month:
        return session.get_one(Statement, objection.subject_id).until
    return date(objection.year, 12, 31)
