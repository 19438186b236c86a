"""Read photos: those that wait, those of a claim or a meeting, and their files."""

from collections.abc import Sequence

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.errors import not_found
from server.photos import rules
from server.photos.models import Photo
from server.photos.rules import Variant
from server.photos.storage import Storage

log = structlog.get_logger()


def waiting_photos(session: Session, *, member_id: int, uploaded_by: int | None = None) -> list[Photo]:
    """Return the member's photos that are not evidence yet; with `uploaded_by`, only those."""
    query = select(Photo).where(Photo.member_id == member_id, Photo.waiting_sha256.is_not(None)).order_by(Photo.id)
    if uploaded_by is not None:
        query = query.where(Photo.uploaded_by == uploaded_by)
    return list(session.scalars(query))


def find(session: Session, photo_id: int, *, member_id: int | None, account_id: int) -> Photo:
    """Return a photo if this caller may know of it: one that waits is only for its member and its uploader."""
    photo = session.get(Photo, photo_id)
    if photo is None or (photo.claim_id is None and member_id != photo.member_id and account_id != photo.uploaded_by):
        raise not_found("照片")
    return photo


def photos_of_claim(session: Session, claim_id: int) -> list[Photo]:
    return list(session.scalars(select(Photo).where(Photo.claim_id == claim_id).order_by(Photo.position)))


def photos_of_meeting(session: Session, meeting_id: int) -> list[Photo]:
    return list(session.scalars(select(Photo).where(Photo.meeting_id == meeting_id).order_by(Photo.position)))


def evidence_hash(photos: Sequence[Photo]) -> str | None:
    """Return what the ledger's chain covers of these photos, in their order; None without photos."""
    return rules.evidence_hash([photo.original_sha256 for photo in photos])


def read(session: Session, storage: Storage, *, public_id: str, variant: Variant) -> bytes:
    """Return a file's content. Raises DomainError `not_found` if it is erased or gone."""
    photo = session.scalar(select(Photo).where(Photo.public_id == public_id, Photo.erased_at.is_(None)))
    if photo is None:
        raise not_found("照片")
    try:
        with storage.open(photo.key(variant)) as file:
            return file.read()
    except FileNotFoundError:
        log.error("photo_file_missing", photo_id=photo.id, variant=variant)
        raise not_found("照片") from None
