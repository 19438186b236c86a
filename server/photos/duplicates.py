"""Photos of a claim that were seen before, in the branch or with the same member (design §5 Claim)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.photos.models import Photo
from server.photos.rules import SIMILAR_WITHIN, MatchKind, distance, fingerprint


@dataclass(frozen=True, slots=True)
class PhotoMatch:
    """A photo of the claim (`photo_id`) and one of another claim that shows the same: whose, when, how similar.

    `distance` counts differing bits of 64; `earlier` says that the other was uploaded first.
    """

    photo_id: int
    other_photo_id: int
    member_id: int
    claim_id: int
    uploaded_at: datetime
    kind: MatchKind
    distance: int
    earlier: bool


class ComparedPhoto(NamedTuple):
    """A photo of another claim, as much of it as comparing needs."""

    photo_id: int
    member_id: int
    claim_id: int
    uploaded_at: datetime
    original_sha256: str
    fingerprint: int | None


def matches_of_claim(session: Session, claim_id: int) -> list[PhotoMatch]:
    """Return what to warn the reviewer of: exact matches first, then the most similar. Erased photos still count."""
    own = list(session.scalars(select(Photo).where(Photo.claim_id == claim_id).order_by(Photo.position)))
    if not own:
        return []
    others = _seen(session, claim_id, own)
    matches = [match for photo in own for match in _matches(photo, others)]
    return sorted(matches, key=lambda match: (match.kind is MatchKind.similar, match.distance, match.other_photo_id))


def _seen(session: Session, claim_id: int, own: list[Photo]) -> list[ComparedPhoto]:
    """Every photo attached to another claim in these photos' branches or by their members."""
    columns = select(Photo.id, Photo.member_id, Photo.claim_id, Photo.created_at, Photo.original_sha256, Photo.dhash)
    nearby = or_(
        Photo.organization_id.in_({photo.organization_id for photo in own}),
        Photo.member_id.in_({photo.member_id for photo in own}),
    )
    rows = session.execute(columns.where(nearby, Photo.claim_id != claim_id))
    return [
        ComparedPhoto(photo_id, member_id, other_claim_id, uploaded_at, original_sha256, fingerprint(dhash))
        for photo_id, member_id, other_claim_id, uploaded_at, original_sha256, dhash in rows
        if other_claim_id is not None
    ]


def _matches(photo: Photo, others: list[ComparedPhoto]) -> Iterator[PhotoMatch]:
    own = fingerprint(photo.dhash)
    for other in others:
        if other.original_sha256 == photo.original_sha256:
            yield _match(photo, other, MatchKind.exact, 0)
        elif own is not None and other.fingerprint is not None:
            apart = distance(own, other.fingerprint)
            if apart <= SIMILAR_WITHIN:
                yield _match(photo, other, MatchKind.similar, apart)


def _match(photo: Photo, other: ComparedPhoto, kind: MatchKind, apart: int) -> PhotoMatch:
    return PhotoMatch(
        photo_id=photo.id,
        other_photo_id=other.photo_id,
        member_id=other.member_id,
        claim_id=other.claim_id,
        uploaded_at=other.uploaded_at,
        kind=kind,
        distance=apart,
        earlier=other.photo_id < photo.id,
    )
