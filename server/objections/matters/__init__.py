"""What an objection is about: each kind of matter is described by one file here, or by a feature above."""

from collections.abc import Callable, Mapping
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

_describers: dict[ObjectionSubject, Describe] = {}


def register(kind: ObjectionSubject, describe: Describe) -> None:
    """Have matters of this kind described by `describe`; the last one registered counts."""
    _describers[kind] = describe


def matter_of(session: Session, kind: ObjectionSubject, subject_id: int, member_id: int) -> ObjectionMatter | None:
    """Return a member's matter, or None if there is none of this kind."""
    return _describers[kind](session, subject_id, member_id) if kind in _describers else None
