"""How features that come later join a year: what else must hold for a step, whether stars are rated, what else falls
with an undo. Stars join by this alone."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.annual.steps.rules import Track
from server.organizations.models import Organization
from server.years.models import BranchYear
from server.years.rules import YearState


@dataclass(frozen=True, slots=True)
class Missing:
    """What a step still lacks: a word for it, what people read, and the app's page where it is done."""

    kind: str
    words: str
    page: str | None = None


Gate = Callable[[Session, BranchYear, Track], Iterable[Missing]]
"""Says what a branch's year still lacks for a step; asked again inside the step's locked transaction."""

Rating = Callable[[Session, Organization, int], bool]
"""Says whether a branch's stars are rated in a year."""


@dataclass(frozen=True, slots=True)
class Undone:
    """Steps of a track that were taken back, the latest first, by whom (None: the clock) and why."""

    branch_year: BranchYear
    track: Track
    fallen: tuple[YearState, ...]
    reason: str
    account_id: int | None
    now: datetime


Falling = Callable[[Session, Undone], None]
"""Takes back what a feature has made of steps that fall; in the same transaction, after the year has moved."""

_gates: dict[YearState, list[Gate]] = defaultdict(list)
_ratings: list[Rating] = []
_falling: list[Falling] = []


def register_gate(step: YearState, gate: Gate) -> None:
    """Ask `gate` before a step is taken; registering twice counts once."""
    if gate not in _gates[step]:
        _gates[step].append(gate)


def register_rating(rating: Rating) -> None:
    """Have the steps of stars belong to a branch's course where `rating` says so; the last one registered counts."""
    _ratings[:] = [rating]


def register_falling(falling: Falling) -> None:
    """Tell `falling` of every undo; registering twice counts once."""
    if falling not in _falling:
        _falling.append(falling)


def rates_stars(session: Session, organization: Organization, year: int) -> bool:
    """Whether a feature rates a branch's stars, so that their steps belong to the course of its year."""
    return any(rating(session, organization, year) for rating in _ratings)


def fall(session: Session, undone: Undone) -> None:
    """Let features take back what they have made of steps that fell."""
    for falling in _falling:
        falling(session, undone)


def held_up(session: Session, branch_year: BranchYear, track: Track, step: YearState) -> list[Missing]:
    """Return what the gates of a step still lack."""
    return [missing for gate in _gates[step] for missing in gate(session, branch_year, track)]
