"""Make a root's head of a day (docs/adr/0032)."""

from datetime import date, datetime
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.heads import chains
from server.heads.chains import Positions
from server.heads.models import ChainKind, DailyHead, HeadPosition
from server.heads.rules import Books, issue


def make(session: Session, *, root_id: int, day: date, key: bytes, now: datetime) -> DailyHead | None:
    """Write the root's head of a day; return None if there is one already.

    Of two at once, the key (root, number) refuses one; run again, it finds the other's.
    """
    if session.scalar(select(DailyHead.number).where(DailyHead.root_id == root_id, DailyHead.day == day)):
        return None
    number = (session.scalar(select(func.max(DailyHead.number)).where(DailyHead.root_id == root_id)) or 0) + 1
    before, positions = chains.noted(session, root_id, number), chains.now_at(session, root_id)
    further = {chain: at for chain, at in positions.items() if at > before.get(chain, 0)}
    session.add_all(
        HeadPosition(root_id=root_id, kind=kind, subject_id=subject_id, number=number, position=at)
        for (kind, subject_id), at in further.items()
    )
    tag = _tag(session, Books(key, root_id, day), before | further)
    made = DailyHead(root_id=root_id, number=number, day=day, head=str(issue(key, root_id, day, tag)), made_at=now)
    session.add(made)
    session.flush()
    return made


def _tag(session: Session, books: Books, positions: Positions) -> str:
    """Return the tag of the books by the stored hashes; whether they are true is for the proofs to check."""
    for kind in ChainKind:
        subjects = iter(sorted(subject for each, subject in positions if each is kind))
        while part := list(islice(subjects, chains.SUBJECTS_AT_ONCE)):
            hashes = chains.stored(session, kind, {subject: [positions[kind, subject]] for subject in part})
            for subject in part:
                at = positions[kind, subject]
                books.add(kind, subject, at, hashes.get((subject, at)))
    return books.tag
