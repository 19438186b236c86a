"""What a job does with photos nobody needs: unattached ones after two days, files without a row."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.photos.models import Photo
from server.photos.removal import delete_after_commit
from server.photos.rules import ORPHANED_FOR, UNATTACHED_FOR
from server.photos.storage import Storage

BATCH = 500


def purge_unattached(session: Session, storage: Storage, *, now: datetime) -> int:
    """Delete up to 500 photos that have waited for more than 48 hours; call again while it returns 500."""
    query = select(Photo).where(
        Photo.claim_id.is_(None),
        Photo.meeting_id.is_(None),
        Photo.erased_at.is_(None),
        Photo.created_at < now - UNATTACHED_FOR,
    )
    photos = session.scalars(query.order_by(Photo.created_at).limit(BATCH).with_for_update(skip_locked=True)).all()
    for photo in photos:
        delete_after_commit(session, storage, photo.keys)
        session.delete(photo)
    session.flush()
    return len(photos)


def sweep_orphans(session: Session, storage: Storage, *, now: datetime) -> int:
    """Delete files without a living row that are older than an hour; return how many."""
    old = (key for key, written in storage.stored() if written < now - ORPHANED_FOR)
    swept = 0
    while batch := list(islice(old, BATCH)):
        for key in _orphans(session, batch):
            storage.delete(key)
            swept += 1
    return swept


def _orphans(session: Session, keys: list[str]) -> Iterator[str]:
    named = {_public_id(key) for key in keys}
    photos = session.scalars(select(Photo).where(Photo.public_id.in_(named), Photo.erased_at.is_(None)))
    living = {key for photo in photos for key in photo.keys}
    return (key for key in keys if key not in living)


def _public_id(key: str) -> str:
    return key.rpartition("-")[2].partition(".")[0]
