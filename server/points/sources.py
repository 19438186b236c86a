"""What stands behind an entry: a small registry, so that features above can describe their own sources."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.points.models import SourceKind


@dataclass(frozen=True, slots=True)
class Described:
    """A source in words. `path` leads to it in the API; `details` are label and text; `photo_ids` its pictures."""

    title: str
    path: str | None = None
    details: tuple[tuple[str, str], ...] = ()
    photo_ids: tuple[int, ...] = ()


Describe = Callable[[Session, Sequence[int]], Mapping[int, Described]]
"""Given ids of one kind of source, return what is known of each."""

_describers: dict[SourceKind, Describe] = {}


def register(kind: SourceKind, describe: Describe) -> None:
    """Have sources of this kind described by `describe`; the last one registered counts."""
    _describers[kind] = describe


def described(session: Session, kind: SourceKind, ids: Sequence[int]) -> Mapping[int, Described]:
    """Return the descriptions of these sources; a source nobody describes is left out."""
    return _describers[kind](session, ids) if kind in _describers and ids else {}
