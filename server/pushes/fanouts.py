"""A cause that concerns many people, turned into pushes 1,000 members at a time, each part in its own transaction.

The row is locked while a part is written and records how far it has come. So two machines take turns, and when one dies
the next carries on. Who is concerned is looked up when the pushes are written, not at the time of the cause.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.db import reading, transaction
from server.pushes import outbox
from server.pushes.models import Fanout
from server.pushes.outbox import Draft
from server.pushes.rules import Occasion
from server.upserts import insert_or_keep, table_of

log = structlog.get_logger()

PART = 1_000
AT_ONCE = 1_000
"""The number of fan-outs that one run takes up."""


@dataclass(frozen=True, slots=True)
class FanoutPart:
    """Drafts for the next members; `after_id` is the last of them, or None where nobody is left."""

    drafts: Sequence[Draft] = ()
    after_id: int | None = None


Drafting = Callable[[Session, Fanout, int, datetime], FanoutPart]
"""Called with the fan-out, the number of members to take and the time now; `Fanout.after_id` is the last one done."""


_draftings: dict[Occasion, Drafting] = {}


def register(draftings: Mapping[Occasion, Drafting]) -> None:
    """Have these functions draft these occasions; a feature brings its own in a module `occasions`."""
    _draftings.update(draftings)


def and_at_its_end(draft: Drafting, act: Callable[[Session, Fanout, datetime], None]) -> Drafting:
    """Return a drafting that calls `act` at its end, in the same transaction."""

    def drafted(session: Session, fanout: Fanout, limit: int, now: datetime) -> FanoutPart:
        part = draft(session, fanout, limit, now)
        if part.after_id is None:
            act(session, fanout, now)
        return part

    return drafted


class NotTurnedOut(RuntimeError):
    """Some fan-outs failed; see the log."""


def add(
    session: Session,
    *,
    root_id: int,
    occasion: Occasion,
    subject: str,
    subject_id: int,
    due_at: datetime,
    now: datetime,
) -> None:
    """Note that many people are to be told of a cause; noting it again changes nothing."""
    values = {
        "root_id": root_id,
        "occasion": occasion,
        "subject": subject,
        "subject_id": subject_id,
        "due_at": due_at,
        "created_at": now,
        "after_id": 0,
    }
    session.execute(insert_or_keep(table_of(Fanout), session.get_bind().dialect.name), values)


def turn_out_due(engine: Engine, *, now: datetime) -> int:
    """Finish the fan-outs that are due; return how many. Raises NotTurnedOut at the end if some failed."""
    due = (
        select(Fanout.id)
        .where(Fanout.done_at.is_(None), Fanout.due_at <= now)
        .order_by(Fanout.due_at, Fanout.id)
        .limit(AT_ONCE)
    )
    with reading(engine) as session:
        ids = session.scalars(due).all()
    failed = [fanout_id for fanout_id in ids if not _turned_out(engine, fanout_id, now)]
    if failed:
        raise NotTurnedOut(f"{len(failed)} of {len(ids)}: {', '.join(map(str, failed[:20]))}")
    return len(ids)


def turn_out_part(session: Session, *, fanout_id: int, now: datetime) -> bool:
    """Write the next part; return whether nobody is left."""
    query = select(Fanout).where(Fanout.id == fanout_id).with_for_update()
    fanout = session.scalars(query.execution_options(populate_existing=True)).one()
    if fanout.done_at is not None:
        return True
    part = _draftings[Occasion(fanout.occasion)](session, fanout, PART, now)
    outbox.enqueue(session, part.drafts, now=now)
    if part.after_id is None:
        fanout.done_at = now
    else:
        fanout.after_id = part.after_id
    session.flush()
    return fanout.done_at is not None


def _turned_out(engine: Engine, fanout_id: int, now: datetime) -> bool:
    def part(session: Session) -> bool:
        return turn_out_part(session, fanout_id=fanout_id, now=now)

    try:
        while not transaction(engine, part):
            continue
    except Exception:
        log.exception("fanout_failed", fanout_id=fanout_id)
        return False
    return True
