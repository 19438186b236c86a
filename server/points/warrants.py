"""What allows entries into years whose results stand, while an act at its source is carried out.

Acts keep their own services and signatures: none of them knows why it may write into such a year (docs/adr/0048).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from server.points.models import PointEntry
from server.years.rules import Warrant

_KEY = "warranted"


@dataclass(frozen=True, slots=True)
class Warranted:
    """A warrant, and the entries that were added under it, in their order."""

    warrant: Warrant
    entries: list[PointEntry] = field(default_factory=list)


@contextmanager
def under(session: Session, warrant: Warrant) -> Iterator[Warranted]:
    """Let everything that this session posts until the end of the block be posted under a warrant."""
    if _KEY in session.info:
        raise ValueError("one warrant at a time")
    session.info[_KEY] = found = Warranted(warrant)
    try:
        yield found
    finally:
        del session.info[_KEY]


def current(session: Session) -> Warranted | None:
    """Return the warrant under which this session acts now, if any."""
    found = session.info.get(_KEY)
    assert found is None or isinstance(found, Warranted)
    return found
