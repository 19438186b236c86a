"""Work that waits for officers. Each feature says what waits in it (`turns.py`); 待办 and the digest gather it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.identity.rules import Actor, Permission
from server.organizations.officers import Officer, Officers


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """One thing that waits, where, and for whom.

    `subject_id` is the id of the claim, leave, meeting, statement or filing; for a standard its organization's, for
    holidays the university's, for a step of a year the year. `day` is when the claim or filing came in, the meeting's,
    the last on which the statement can be confirmed, the day a step is due, or the year's first. `words` is what else
    there is to know.

    `year` is the one whose results wait for it, where any do: those of `member_ids`, or of everyone who belongs to the
    organization.
    """

    organization_id: int
    subject_id: int
    day: date
    officers: list[Officer]
    words: str | None = None
    year: int | None = None
    member_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """How many things wait for the caller in an organization, and the first of them by day with its words.

    For 党费 the day is the month's last; kinds without an order have neither.
    """

    organization_id: int
    count: int
    first_id: int | None = None
    first_day: date | None = None
    words: str | None = None


class Mine(Protocol):
    """Whose turn it is, seen by one officer."""

    def at(self, organization_id: int, permission: Permission) -> bool:
        """Whether it is their turn to use a permission in an organization."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingKind:
    """A kind of waiting work: `place` is its place in the order in which an officer should turn to the kinds.

    Either `turns` says for each thing whose turn it is (in the officers' organizations), or `counts` says how many
    there are for one officer. The morning's digest tells of turns: `digest` is its field, and the words with `{}` for
    the number. `in_workdays`: the first day is counted in working days, so it is said if those are not known yet.
    """

    code: str
    title: str
    place: int
    turns: Callable[[Session, Officers, datetime], Iterable[WaitingItem]] | None = None
    counts: Callable[[Session, Actor, Mine, date], Iterable[WaitingCount]] | None = None
    digest: tuple[str, str] | None = None
    in_workdays: bool = False


def within(officers: Officers, place: InstrumentedAttribute[int]) -> tuple[ColumnElement[bool], ...]:
    """Nothing beyond the officers' places, unless they are those of a whole tree."""
    return () if officers.places is None else (place.in_(officers.places),)
