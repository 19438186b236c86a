"""The members' chains: locked in order, read, and added to."""

import secrets
from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import added
from server.points.ledger.chain import GENESIS, VERSION, link, text_hash
from server.points.models import EntryText, LedgerHead, PointEntry

IN_ONE_QUERY = 500


def lock_heads(session: Session, member_ids: Collection[int]) -> dict[int, LedgerHead]:
    """Lock the members' chain heads in sorted order, beginning chains that do not exist yet."""
    wanted = sorted(set(member_ids))
    heads = _locked(session, wanted)
    missing = [member_id for member_id in wanted if member_id not in heads]
    if missing:
        _begin(session, missing)
        heads |= _locked(session, missing)
    return heads


def entries_of(session: Session, member_ids: Collection[int], year: int) -> dict[int, list[PointEntry]]:
    """Return the members' entries of a year in order of seq, by member."""
    found: dict[int, list[PointEntry]] = {member_id: [] for member_id in member_ids}
    for part in chunks(sorted(found)):
        rows = select(PointEntry).where(PointEntry.member_id.in_(part), PointEntry.year == year)
        for entry in session.scalars(rows.order_by(PointEntry.member_id, PointEntry.seq)):
            found[entry.member_id].append(entry)
    return found


def append(session: Session, head: LedgerHead, entry: PointEntry, text: str | None = None) -> PointEntry:
    """Make the entry the next of the chain whose head is locked."""
    entry.seq = head.seq + 1
    if text is not None:
        words = EntryText(member_id=entry.member_id, seq=entry.seq, text=text, salt=secrets.token_hex(16))
        entry.text_hash = text_hash(words.salt, text)
        session.add(words)
    entry.prev_hash, entry.hash_version = head.hash, VERSION
    entry.hash = link(head.hash, entry)
    head.seq, head.hash = entry.seq, entry.hash
    session.add(entry)
    return entry


def chunks(values: Sequence[int]) -> Iterator[Sequence[int]]:
    """Cut a long list into parts that fit one query."""
    return (values[start : start + IN_ONE_QUERY] for start in range(0, len(values), IN_ONE_QUERY))


def _locked(session: Session, member_ids: Sequence[int]) -> dict[int, LedgerHead]:
    return {
        head.member_id: head
        for part in chunks(member_ids)
        for head in session.scalars(
            select(LedgerHead)
            .where(LedgerHead.member_id.in_(part))
            .order_by(LedgerHead.member_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }


def _begin(session: Session, member_ids: Sequence[int]) -> None:
    """Insert empty heads; if another transaction was first, its head is used."""
    if added(session, *map(_empty_head, member_ids)) or len(member_ids) == 1:
        return
    for member_id in member_ids:
        _begin(session, [member_id])


def _empty_head(member_id: int) -> LedgerHead:
    return LedgerHead(member_id=member_id, seq=0, hash=GENESIS)
