"""What a job does with photos nobody needs: unattached ones after two days, files that have no row (docs/adr/0018)."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import DomainError, conflict
from server.photos.error_codes import PhotoErrorCode
from server.photos.models import Photo
from server.photos.removal import delete_after_commit
from server.photos.rules import ORPHANED_FOR, QUARANTINED_FOR, UNATTACHED_FOR, Trace, may_put_away
from server.photos.storage import UNFINISHED, Storage

log = structlog.get_logger()

BATCH = 200


@dataclass(frozen=True, slots=True)
class FileCount:
    """How many files there are, how many of them have no row, and how many are in quarantine."""

    stored: int
    unknown: int
    quarantined: int


@dataclass(slots=True)
class SweepResult:
    """How many files were put away, brought back and deleted for good."""

    put_away: int = 0
    brought_back: int = 0
    deleted: int = 0


def purge_unattached(session: Session, storage: Storage, *, for_good: bool, now: datetime) -> int:
    """Delete up to 200 photos that have waited for more than 48 hours; call again while it returns 200.

    Their files go to quarantine at once, and come back if the rows are not deleted. With `for_good` they are deleted
    from there after the commit. A kill in between leaves no unknown files for the sweep.
    """
    query = select(Photo).where(
        Photo.claim_id.is_(None),
        Photo.meeting_id.is_(None),
        Photo.erased_at.is_(None),
        Photo.created_at < now - UNATTACHED_FOR,
    )
    photos = session.scalars(query.order_by(Photo.created_at).limit(BATCH).with_for_update(skip_locked=True)).all()
    for photo in photos:
        for key in photo.keys:
            storage.put_away(key, now=now)
        if for_good:
            delete_after_commit(session, storage, photo.keys)
        session.delete(photo)
    session.flush()
    return len(photos)


def count(session: Session, storage: Storage, *, now: datetime) -> FileCount:
    """Count the files; one from the last hour may still get its row and does not count as unknown."""
    stored = unknown = 0
    for _, trace, written in _traced(session, storage.stored()):
        stored += 1
        unknown += trace is Trace.unknown and written < now - ORPHANED_FOR
    return FileCount(stored, unknown, sum(1 for _ in storage.quarantined()))


def sweep(session: Session, storage: Storage, *, now: datetime, however_many: bool = False) -> SweepResult:
    """Bring the files in line with the rows, and return what was done.

    Files with a row come back from quarantine; those without go there, and are deleted after 30 days. Erased files, and
    those never completely written, are deleted. Raise DomainError `too_many_unknown`, before anything is deleted,
    if more files have no row than crashes can leave.
    """
    swept = SweepResult()
    for key, trace, _ in _traced(session, storage.quarantined()):
        if trace is Trace.living:
            storage.bring_back(key)
            swept.brought_back += 1
    found = count(session, storage, now=now)
    if not however_many and not may_put_away(found.unknown, stored=found.stored):
        log.error("photo_files_unknown", **asdict(found))
        raise _too_many(found)
    for key, trace, written in _traced(session, storage.stored()):
        if trace is Trace.living or written >= now - ORPHANED_FOR:
            continue
        if trace is Trace.unknown:
            storage.put_away(key, now=now)
            swept.put_away += 1
        else:
            storage.delete(key)
            swept.deleted += 1
    for key, trace, since in _traced(session, storage.quarantined()):
        if trace is Trace.erased or (trace is Trace.unknown and since <= now - QUARANTINED_FOR):
            storage.delete(key)
            swept.deleted += 1
    log.info("photo_files_swept", stored=found.stored, **asdict(swept))
    return swept


def _traced(session: Session, files: Iterable[tuple[str, datetime]]) -> Iterator[tuple[str, Trace, datetime]]:
    """Yield each file with what the rows say of it now."""
    files = iter(files)
    while batch := list(islice(files, BATCH)):
        named = {_public_id(key) for key, _ in batch}
        photos = session.scalars(select(Photo).where(Photo.public_id.in_(named)))
        known = {key: Trace.erased if photo.erased_at else Trace.living for photo in photos for key in photo.keys}
        for key, at in batch:
            yield key, Trace.unfinished if key.endswith(UNFINISHED) else known.get(key, Trace.unknown), at


def _public_id(key: str) -> str:
    return key.rpartition("-")[2].partition(".")[0]


def _too_many(found: FileCount) -> DomainError:
    message = (
        f"{found.stored} 个照片文件中有 {found.unknown} 个在数据库里没有记录，一个也没有清理："
        "可能连错了数据库，或恢复了较早的备份。请先核对；确认这些文件都不要了，再运行 xianfeng photos --put-away"
    )
    return conflict(PhotoErrorCode.too_many_unknown, message)
