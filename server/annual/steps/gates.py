"""What else must hold for a step: features that come later register it. Stars join a year by this alone."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.annual.steps.rules import Track
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

_gates: dict[YearState, list[Gate]] = defaultdict(list)


def register_gate(step: YearState, gate: Gate) -> None:
    """Ask `gate` before a step is taken; registering twice counts once. One for `stars_proposed` has stars rated."""
    if gate not in _gates[step]:
        _gates[step].append(gate)


def rates_stars() -> bool:
    """Whether a feature rates stars, so that their steps belong to the course of a year."""
    return bool(_gates[YearState.stars_proposed])


def held_up(session: Session, branch_year: BranchYear, track: Track, step: YearState) -> list[Missing]:
    """Return what the gates of a step still lack."""
    return [missing for gate in _gates[step] for missing in gate(session, branch_year, track)]
