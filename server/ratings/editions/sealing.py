"""The hash of an edition of stars: what it says of everybody, and what it supersedes."""

import hashlib
from collections.abc import Iterable
from operator import attrgetter

from server.ratings.editions.models import Rating, RatingEdition
from server.ratings.methods.rules import canonical

_HEAD = ("organization_id", "year", "edition", "proposal_id", "annual_edition_id", "objection_id", "reason")
_RATING = ("member_id", "apart", "band", "stars", "reason")


def seal(edition: RatingEdition, ratings: Iterable[Rating], *, before: str | None) -> str:
    """Return what an edition's hash must be; `before` is that of the edition it supersedes."""
    said = {
        "before": before,
        "head": [getattr(edition, column) for column in _HEAD],
        "drawn_at": edition.drawn_at.isoformat(timespec="microseconds"),
        "ratings": [
            [_plain(getattr(each, column)) for column in _RATING]
            for each in sorted(ratings, key=attrgetter("member_id"))
        ],
    }
    return hashlib.sha256(canonical(said).encode()).hexdigest()


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int) else str(value)
