"""Sealing the audit trail in batches, by a job: no request waits for it (docs/adr/0032).

A transaction with a lower id may commit after one with a higher id. So lines wait a while before they are sealed, and a
seal names its lines one by one. Lines that still became visible late are looked for in the last days and go into the
next seal.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import ColumnElement, Engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.audit.models import AuditLine, AuditSeal
from server.audit.rules import GENESIS, SealedBatch, batch_hash, leaf_hash, marked, marks, sealable
from server.db import reading, transaction

log = structlog.get_logger()

LINES_AT_ONCE = 1000
SETTLED_AFTER = timedelta(minutes=10)
"""After this time hardly any transaction is still open."""

LOOKED_BACK = timedelta(days=2)
"""How long a line may become visible late and still be sealed. What comes later is for `xianfeng verify audit`."""


def seal_due(engine: Engine, *, now: datetime) -> int:
    """Seal the lines that have settled, root by root; return how many. Two machines may do this at once."""
    with reading(engine) as session:
        roots = session.scalars(select(AuditLine.root_id).distinct()).all()
    return sum(_seal_root(engine, root_id or 0, now) for root_id in sorted({root_id or 0 for root_id in roots}))


def _seal_root(engine: Engine, root_id: int, now: datetime) -> int:
    lines = 0
    while True:
        try:
            sealed = transaction(engine, partial(seal_some, root_id=root_id, now=now))
        except IntegrityError:  # another machine wrote the same seal first: go on after it
            continue
        lines += sealed
        if sealed < LINES_AT_ONCE:
            return lines


def seal_some(session: Session, *, root_id: int, now: datetime) -> int:
    """Write a root's next seal, if there is anything to seal; return how many lines it has."""
    last = last_seal(session, root_id)
    late = _late(session, root_id, last, now)[:LINES_AT_ONCE]
    ids = sorted([*late, *_fresh(session, root_id, last, now, LINES_AT_ONCE - len(late))])
    if not ids:
        return 0
    rows = session.execute(select(*AuditLine.__table__.c).where(AuditLine.id.in_(ids)).order_by(AuditLine.id))
    batch = SealedBatch(
        root_id=root_id,
        number=last.number + 1 if last else 1,
        previous_hash=last.hash if last else GENESIS,
        late=len(late),
        sealed_at=now,
        leaves={row.id: leaf_hash(row) for row in rows},
    )
    if late:
        log.warning("audit_lines_late", root_id=root_id, lines=len(late), first=late[0])
    session.add(
        AuditSeal(
            root_id=root_id,
            number=batch.number,
            from_id=ids[0],
            to_id=max(ids[-1], last.to_id if last else 0),
            lines=len(ids),
            late=len(late),
            marks=marks(batch.leaves),
            previous_hash=batch.previous_hash,
            hash=batch_hash(batch),
            sealed_at=now,
        )
    )
    session.flush()
    return len(ids)


def last_seal(session: Session, root_id: int) -> AuditSeal | None:
    """Return a root's latest seal."""
    seals = select(AuditSeal).where(AuditSeal.root_id == root_id)
    return session.scalar(seals.order_by(AuditSeal.number.desc()).limit(1))


def lines_of(root_id: int) -> ColumnElement[bool]:
    """The condition that a line is of a root, or of none."""
    return AuditLine.root_id == root_id if root_id else AuditLine.root_id.is_(None)


def _fresh(session: Session, root_id: int, last: AuditSeal | None, now: datetime, most: int) -> list[int]:
    after = last.to_id if last else 0
    rows = select(AuditLine.id, AuditLine.at).where(lines_of(root_id), AuditLine.id > after)
    found = [(key, at) for key, at in session.execute(rows.order_by(AuditLine.id).limit(most))]
    return sealable(found, young_since=now - SETTLED_AFTER, young_until=now + SETTLED_AFTER)


def _late(session: Session, root_id: int, last: AuditSeal | None, now: datetime) -> Sequence[int]:
    """Return the lines of the last days that are before the last seal's end, but in no seal."""
    if last is None:
        return []
    of_root = AuditSeal.root_id == root_id
    settled = func.max(AuditSeal.to_id)
    floor = session.scalar(select(settled).where(of_root, AuditSeal.sealed_at < now - LOOKED_BACK)) or 0
    recent = select(AuditSeal.marks).where(of_root, AuditSeal.sealed_at >= now - LOOKED_BACK)
    sealed = {key for text in session.scalars(recent) for key in marked(text)}
    rows = select(AuditLine.id).where(lines_of(root_id), AuditLine.id > floor, AuditLine.id <= last.to_id)
    return [key for key in session.scalars(rows.order_by(AuditLine.id)) if key not in sealed]
