"""How long the dry run of stars takes for many members of one unit, by the pure rules."""

import time
from collections.abc import Iterator
from decimal import Decimal

from scripts.bench.lines import Line, measured
from server.annual.results.rules import Standing
from server.ratings.methods.rules import DEFAULT
from server.ratings.rules import RatedMember, try_out

SIZES = {"default": 10_000, "full": 100_000}
GOAL_SECONDS = 3


def run(size: str) -> Iterator[Line]:
    """Yield the seconds of one dry run; points are spread from 40 to 100, with ties in every grade."""
    members = SIZES[size]
    people = [RatedMember(each, Standing.scored, Decimal(40 + each % 61)) for each in range(members)]
    began = time.perf_counter()
    try_out(DEFAULT, people)
    seconds = time.perf_counter() - began
    yield measured(
        "stars", f"dry_run_{members}", seconds, "s", goal=f"10,000 < {GOAL_SECONDS} s", met=seconds < GOAL_SECONDS
    )
