"""What an objection is about: each kind of matter is described by one file here, or by a feature above."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from server.objections.rules import Hand, ObjectionSubject


@dataclass(frozen=True, slots=True)
class ObjectionMatter:
    """A matter in words, the organization that decided it, and who had a hand in it, by account.

    `details` are label and text; `page` leads to it in the app, `path` in the API.
    """

    organization_id: int
    year: int
    title: str
    details: tuple[tuple[str, str], ...] = ()
    path: str | None = None
    page: str | None = None
    hands: Mapping[int, Hand] = field(default_factory=dict)


Describe = Callable[[Session, int, int], ObjectionMatter | None]
"""Takes a subject's id and the member whose it is; returns None where that member has no such thing to doubt."""

Recent = Callable[[Session, int, int], Sequence[int]]
"""Takes a member's id and how many at most; returns the ids of their latest matters, newest first. What may not be
doubted after all can be among them."""


@dataclass(frozen=True, slots=True)
class _Kind:
    describe: Describe
    recent: Recent


_kinds: dict[ObjectionSubject, _Kind] = {}


def register(kind: ObjectionSubject, describe: Describe, recent: Recent) -> None:
    """Have matters of this kind described by `describe` and found by `recent`; the last one registered counts."""
    _kinds[kind] = _Kind(describe, recent)


def matter_of(session: Session, kind: ObjectionSubject, subject_id: int, member_id: int) -> ObjectionMatter | None:
    """Return a member's matter, or None if there is none of this kind."""
    return _kinds[kind].describe(session, subject_id, member_id) if kind in _kinds else None


def recent_of(
    session: Session, member_id: int, *, most: int
) -> Iterator[tuple[ObjectionSubject, int, ObjectionMatter]]:
    """Yield a member's latest matters, of each kind `most` at most: the kind, the subject's id, the matter."""
    for kind, found in _kinds.items():
        for subject_id in found.recent(session, member_id, most):
            matter = found.describe(session, subject_id, member_id)
            if matter is not None:
                yield kind, subject_id, matter
