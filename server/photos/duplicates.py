"""Photos of a claim that were seen before, in the branch or with the same member (design §5 Claim)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from server.photos.models import Photo
from server.photos.rules import SIMILAR_WITHIN, MatchKind, distance

Seen = Row[int, int, int, datetime, str, str | None]


@dataclass(frozen=True, slots=True)
class PhotoMatch:
    """A photo of the claim (`photo_id`) and one of another claim that shows the same: whose, when, how near.

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


def matches_of_claim(session: Session, claim_id: int) -> list[PhotoMatch]:
    """Return what to warn the reviewer of: exact ones first, then the nearest. Erased photos still count."""
    own = list(session.scalars(select(Photo).where(Photo.claim_id == claim_id).order_by(Photo.position)))
    if not own:
        return []
    others = _seen(session, claim_id, own)
    matches = [match for photo in own for match in _matches(photo, others)]
    return sorted(matches, key=lambda match: (match.kind is MatchKind.similar, match.distance, match.other_photo_id))


def _seen(session: Session, claim_id: int, own: list[Photo]) -> list[Seen]:
    """Every photo attached to another claim in these photos' branches or by their members."""
    columns = select(Photo.id, Photo.member_id, Photo.claim_id, Photo.created_at, Photo.original_sha256, Photo.dhash)
    nearby = or_(
        Photo.organization_id.in_({photo.organization_id for photo in own}),
        Photo.member_id.in_({photo.member_id for photo in own}),
    )
    return list(session.execute(columns.where(nearby, Photo.claim_id.is_not(None), Photo.claim_id != claim_id)))


def _matches(photo: Photo, others: list[Seen]) -> Iterator[PhotoMatch]:
    for other_id, member_id, claim_id, uploaded_at, original_sha256, dhash in others:
        exact = original_sha256 == photo.original_sha256
        apart = 0 if exact else distance(photo.dhash, dhash) if photo.dhash and dhash else None
        if apart is not None and apart <= SIMILAR_WITHIN:
            yield PhotoMatch(
                photo_id=photo.id,
                other_photo_id=other_id,
                member_id=member_id,
                claim_id=claim_id,
                uploaded_at=uploaded_at,
                kind=MatchKind.exact if exact else MatchKind.similar,
                distance=apart,
                earlier=other_id < photo.id,
            )
