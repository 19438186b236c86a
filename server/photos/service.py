"""Keep photos, attach them to claims, delete them. Files are written before rows and deleted after the commit."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from http import HTTPStatus

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.days import shanghai_date
from server.errors import DomainError, conflict, not_found
from server.organizations.error_codes import OrganizationErrorCode
from server.organizations.models import Member
from server.organizations.queries import branch_of
from server.photos import processing
from server.photos.error_codes import PhotoErrorCode
from server.photos.models import Photo
from server.photos.processing import CleanPhoto
from server.photos.removal import delete_after_commit
from server.photos.rules import MAX_PER_CLAIM, MAX_PER_MEETING, MAX_UNATTACHED, Variant
from server.photos.storage import Storage

log = structlog.get_logger()


def upload(
    session: Session,
    storage: Storage,
    *,
    member_id: int,
    original: bytes,
    uploaded_by: int,
    now: datetime,
    decode: Callable[[bytes], CleanPhoto] = processing.process,
) -> tuple[Photo, bool]:
    """Return the member's waiting photo of this file, and whether it is new. Raises DomainError `photo_…`."""
    found = expect(session, member_id=member_id, original=original)
    if found is not None:
        return found, False
    return keep(session, storage, member_id=member_id, picture=decode(original), uploaded_by=uploaded_by, now=now)


def expect(session: Session, *, member_id: int, original: bytes) -> Photo | None:
    """Return the waiting photo of the same file, or None when a new one may come. Raises `photo_too_many_waiting`."""
    if found := _waiting_twin(session, member_id, processing.original_sha256(original)):
        return found
    waiting = select(func.count()).where(Photo.member_id == member_id, Photo.waiting_sha256.is_not(None))
    if (session.scalar(waiting) or 0) >= MAX_UNATTACHED:
        raise conflict(PhotoErrorCode.photo_too_many_waiting, f"还有 {MAX_UNATTACHED} 张照片未用于申报，请先使用或删除")
    return None


def keep(
    session: Session, storage: Storage, *, member_id: int, picture: CleanPhoto, uploaded_by: int, now: datetime
) -> tuple[Photo, bool]:
    """Write the files, then the row. If the same file came in at the same time, the other row stays."""
    photo = _new_photo(session, member_id, picture, uploaded_by, now)
    _write(storage, photo, picture)
    try:
        with session.begin_nested():
            session.add(photo)
    except IntegrityError:
        _unwrite(storage, photo)
        if first := _waiting_twin(session, member_id, picture.original_sha256):
            return first, False
        raise
    return photo, True


def _new_photo(session: Session, member_id: int, picture: CleanPhoto, uploaded_by: int, now: datetime) -> Photo:
    member = session.get(Member, member_id)
    branch = branch_of(session, member_id=member_id, on=shanghai_date(now))
    if member is None or branch is None:
        raise conflict(OrganizationErrorCode.no_membership, "该党员目前没有所在支部，不能上传照片")
    return Photo(
        public_id=secrets.token_hex(16),
        root_id=member.root_id,
        member_id=member_id,
        organization_id=branch.id,
        uploaded_by=uploaded_by,
        original_sha256=picture.original_sha256,
        waiting_sha256=picture.original_sha256,
        stored_sha256=picture.stored_sha256,
        dhash=picture.dhash,
        width=picture.width,
        height=picture.height,
        bytes=len(picture.full),
        created_at=now,
    )


def _write(storage: Storage, photo: Photo, picture: CleanPhoto) -> None:
    try:
        storage.put(photo.key(Variant.full), picture.full)
        storage.put(photo.key(Variant.thumb), picture.thumb)
    except OSError as error:
        log.error("photo_storage_failed", error=str(error))
        status = HTTPStatus.SERVICE_UNAVAILABLE
        raise DomainError(
            PhotoErrorCode.photo_storage_unavailable,
            "照片暂时无法保存，请稍后再试",
            status=status,
            detail={"retry_after_seconds": 30},
        ) from error


def _unwrite(storage: Storage, photo: Photo) -> None:
    for key in photo.keys:
        storage.delete(key)


def _waiting_twin(session: Session, member_id: int, original_sha256: str) -> Photo | None:
    return session.scalar(select(Photo).where(Photo.member_id == member_id, Photo.waiting_sha256 == original_sha256))


def attach(
    session: Session, *, claim_id: int, member_id: int, photo_ids: Sequence[int], uploaded_by: int | None = None
) -> None:
    """Make exactly these photos, in this order, the claim's evidence; others of the claim go back to waiting.

    With `uploaded_by`, a waiting photo must have come from that account: someone who enters a claim for a member cannot
    take what the member keeps in store. Raises DomainError `photo_too_many`, `photo_repeated`, `photo_unavailable`.
    """
    if len(photo_ids) > MAX_PER_CLAIM:
        raise DomainError(PhotoErrorCode.photo_too_many, f"一次申报最多 {MAX_PER_CLAIM} 张照片")
    former_ids = session.scalars(select(Photo.id).where(Photo.claim_id == claim_id)).all()
    photos = _locked(session, {*photo_ids, *former_ids})
    chosen = [photos.get(photo_id) for photo_id in photo_ids]
    usable = [photo for photo in chosen if photo and _may_attach(photo, claim_id, member_id, uploaded_by)]
    if len(usable) < len(chosen):
        raise DomainError(PhotoErrorCode.photo_unavailable, "有照片不存在、已删除或已用于其他申报，请重新选择")
    if len({photo.original_sha256 for photo in usable}) < len(usable):
        raise DomainError(PhotoErrorCode.photo_repeated, "同一张照片在一次申报中只能用一次")
    removed = [photos[photo_id] for photo_id in former_ids if photo_id not in photo_ids]
    _detach(session, removed)
    for position, photo in enumerate(usable):
        photo.claim_id, photo.position, photo.waiting_sha256 = claim_id, position, None
    session.flush()
    _let_wait(session, removed)


def _locked(session: Session, photo_ids: set[int]) -> dict[int, Photo]:
    query = select(Photo).where(Photo.id.in_(photo_ids)).order_by(Photo.id).with_for_update()
    return {photo.id: photo for photo in session.scalars(query.execution_options(populate_existing=True))}


def _may_attach(photo: Photo, claim_id: int, member_id: int, uploaded_by: int | None) -> bool:
    if photo.member_id != member_id or photo.erased_at is not None:
        return False
    waiting = _waits(photo) and (uploaded_by is None or photo.uploaded_by == uploaded_by)
    return waiting or photo.claim_id == claim_id


def _waits(photo: Photo) -> bool:
    return photo.claim_id is None and photo.meeting_id is None


def attach_to_meeting(
    session: Session, *, meeting_id: int, member_id: int | None, photo_ids: Sequence[int], uploaded_by: int
) -> None:
    """Make exactly these photos, in this order, the meeting's; others of the meeting go back to waiting.

    A new one must wait with this member and have come from that account. Raises DomainError `photo_too_many`,
    `photo_repeated`, `photo_unavailable`.
    """
    if len(photo_ids) > MAX_PER_MEETING:
        raise DomainError(PhotoErrorCode.photo_too_many, f"一次会议最多 {MAX_PER_MEETING} 张照片")
    former_ids = session.scalars(select(Photo.id).where(Photo.meeting_id == meeting_id)).all()
    photos = _locked(session, {*photo_ids, *former_ids})
    chosen = [photos.get(photo_id) for photo_id in photo_ids]
    usable = [photo for photo in chosen if photo and _may_show(photo, meeting_id, member_id, uploaded_by)]
    if len(usable) < len(photo_ids):
        raise DomainError(PhotoErrorCode.photo_unavailable, "有照片不存在、已删除或已用于别处，请重新选择")
    if len({photo.original_sha256 for photo in usable}) < len(usable):
        raise DomainError(PhotoErrorCode.photo_repeated, "同一张照片在一次会议中只能用一次")
    removed = [photos[photo_id] for photo_id in former_ids if photo_id not in photo_ids]
    _detach(session, removed)
    for position, photo in enumerate(usable):
        photo.meeting_id, photo.position, photo.waiting_sha256 = meeting_id, position, None
    session.flush()
    _let_wait(session, removed)


def _detach(session: Session, photos: Sequence[Photo]) -> None:
    for photo in photos:
        photo.claim_id, photo.meeting_id, photo.position = None, None, None
    session.flush()


def _let_wait(session: Session, photos: Sequence[Photo]) -> None:
    """Let detached photos be found again, unless the same file has been uploaded again meanwhile."""
    for photo in photos:
        if photo.erased_at is None and not _waiting_twin(session, photo.member_id, photo.original_sha256):
            photo.waiting_sha256 = photo.original_sha256
            session.flush()


def _may_show(photo: Photo, meeting_id: int, member_id: int | None, uploaded_by: int) -> bool:
    his_own = _waits(photo) and photo.member_id == member_id and photo.uploaded_by == uploaded_by
    return photo.erased_at is None and (his_own or photo.meeting_id == meeting_id)


def discard(session: Session, storage: Storage, photo: Photo) -> None:
    """Delete a photo that waits, row and files. Raises DomainError `photo_attached` (409)."""
    locked = _locked(session, {photo.id}).get(photo.id)
    if locked is None:
        raise not_found("照片")
    if not _waits(locked):
        raise conflict(PhotoErrorCode.photo_attached, "照片已用于申报或会议记录，请在那里移除")
    delete_after_commit(session, storage, locked.keys)
    session.delete(locked)
    session.flush()


def erase(session: Session, storage: Storage, photo: Photo, *, now: datetime) -> None:
    """Remove the files when their retention ends; row and hashes stay, so that the ledger's evidence still checks."""
    photo.erased_at, photo.waiting_sha256 = now, None
    delete_after_commit(session, storage, photo.keys)
    session.flush()
