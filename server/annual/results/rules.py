"""What an edition of a branch's results is, who has a result in it and of what kind, and when members see it. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from server.statements.rules import positions
from server.years.rules import YearState

TERM_TO_OBJECT = 5
"""Working days in which who leaves may object to what their 积分证明 says (year.md §3)."""


class EditionKind(StrEnum):
    draft = "draft"  # drawn up from the closing statement
    superseding = "superseding"  # drawn up anew for some after the draft; names the edition that it replaces


class Standing(StrEnum):
    """How a member stands in a branch's results. Who left before 31 December has none."""

    scored = "scored"
    exempt = "exempt"  # 不列入管理范围 on 31 December: computed, outside positions and bases
    negative = "negative"  # 另行通报: the year is zero


TOLD = frozenset(YearState) - {YearState.open, YearState.closing, YearState.drafted}
"""The states in which members see results: nothing is public by being computed, their meeting hears it."""

_FINAL = frozenset({YearState.filed, YearState.archived})


def is_told(state: YearState) -> bool:
    """Whether members may see their results."""
    return state in TOLD


def is_final(state: YearState) -> bool:
    """Whether an edition can no longer be taken back, only superseded."""
    return state in _FINAL


def standing_of(*, exempt: bool, negative: bool) -> Standing:
    """Return how a member stands; who is not managed is not 另行通报 either."""
    if exempt:
        return Standing.exempt
    return Standing.negative if negative else Standing.scored


def places(totals: Mapping[int, tuple[Standing, Decimal | None]], *, shown: bool) -> dict[int, int]:
    """Return the positions (1, 2, 2, 4) of the scored by member; nobody's unless the branch shows positions."""
    scored = {
        who: total for who, (standing, total) in totals.items() if standing is Standing.scored and total is not None
    }
    return positions(scored) if shown else {}
