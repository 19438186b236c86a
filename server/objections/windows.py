"""Until when a branch's year may be doubted. The feature that closes the year says so; without it the year is open."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class ObjectionWindow:
    """The last day for objections to a year, None before it is reported; `over`: it is filed."""

    last_day: date | None
    over: bool


Ask = Callable[[Session, int, int], ObjectionWindow]
"""Takes a branch's id and a year."""

_OPEN = ObjectionWindow(None, over=False)
_asked: list[Ask] = []


def register(ask: Ask) -> None:
    """Have windows answered by `ask`; the last one registered counts."""
    _asked[:] = [ask]


def last_day(session: Session, organization_id: int, year: int) -> date | None:
    """Return the last day for objections, that day included, or None while there is none."""
    return _window(session, organization_id, year).last_day


def is_over(session: Session, organization_id: int, year: int) -> bool:
    """Whether the year is filed, so that a lapsed objection stays so."""
    return _window(session, organization_id, year).over


def _window(session: Session, organization_id: int, year: int) -> ObjectionWindow:
    return _asked[0](session, organization_id, year) if _asked else _OPEN
