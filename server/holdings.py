"""What is held about one person: each feature describes its own tables (`holdings.py`), `server/export` reads them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement

from server.db import Base

Join = tuple[Any, ColumnElement[bool]]
"""A table that a field is read from beside the holding's own, and how the two belong together."""


@dataclass(frozen=True, slots=True)
class DataSubject:
    """The person: as a member, as the account that acts for them, and by the names they receive pushes under.

    `phone` is their number, opened for this one purpose, or why it cannot be read. `account_id` is 0 for a person who
    never had an account.
    """

    member_id: int
    root_id: int
    name: str
    phone: str | None
    account_id: int
    identity_ids: tuple[int, ...]
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holding:
    """The rows of one table that are about a person: `fields` by their title for people.

    Fields never name another person, nor hold anything that opens a door (tokens, codes and their hashes).
    """

    title: str
    table: type[Base]
    where: ColumnElement[bool]
    fields: Mapping[str, Any]
    joins: tuple[Join, ...] = ()
    words: Mapping[str, str] | None = None
    """What stored codes are called, by code; the same in every field."""


Hold = Callable[[DataSubject], Iterable[Holding]]
"""What one feature holds about a person."""
