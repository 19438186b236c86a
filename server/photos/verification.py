"""Proof that every photo's files are where its row says, and that the picture is the one that was stored."""

import hashlib
from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.photos.models import Photo
from server.photos.rules import Variant
from server.photos.storage import Storage, storage_of
from server.verifying import Findings, Verification

PHOTOS_AT_ONCE = 500


def verify_photos(session: Session, storage: Storage) -> Findings:
    """Yield files that are missing or hold another picture; erased photos have no files."""
    looked = after = 0
    while photos := _after(session, after):
        for photo in photos:
            yield from _wrong(photo, storage)
        looked, after = looked + len(photos), photos[-1].id
        session.expunge_all()
    return looked


def _after(session: Session, after: int) -> Sequence[Photo]:
    query = select(Photo).where(Photo.id > after, Photo.erased_at.is_(None)).order_by(Photo.id)
    return session.scalars(query.limit(PHOTOS_AT_ONCE)).all()


def _wrong(photo: Photo, storage: Storage) -> Iterator[str]:
    for variant in Variant:
        try:
            with storage.open(photo.key(variant)) as file:
                digest = hashlib.sha256(file.read()).hexdigest()
        except FileNotFoundError:
            yield f"照片 {photo.id}：文件 {photo.key(variant)} 不在"
            continue
        if variant is Variant.full and digest != photo.stored_sha256:
            yield f"照片 {photo.id}：内容与存入时的校验值不符"


PHOTOS = Verification(
    "photos",
    "照片",
    "张",
    "文件都在，内容与存入时相同",
    lambda session, settings: verify_photos(session, storage_of(settings)),
)
