"""`kill -9` of whoever ends a branch's year, at random moments: all of a step is there afterwards, once, or nothing.

`make crash what=year` is the long form of this.
"""

from random import SystemRandom

import pytest

from scripts.crash.year_errands import ERRANDS, TORN
from scripts.crash.year_siege import YearReport, besiege_year
from tests.bulletins import needs_fonts
from tests.fuzzing import WHOLE
from tests.mariadb import missing_mariadb

KILLS = 5 if WHOLE else 1
TORN_KILLS = 12
"""It is over with the first that falls between the halves."""


def summary(report: YearReport, seed: int) -> str:
    return "\n".join([f"seed {seed}", *report.lines()])


@needs_fonts
@pytest.mark.thinned
@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_step_that_is_killed_is_there_whole_or_not_at_all(kind: str) -> None:
    if kind == "mariadb" and (why := missing_mariadb()):
        pytest.skip(why)
    seed = SystemRandom().randrange(10**6)
    report = besiege_year(kind, kills=KILLS, seed=seed)
    assert report.holds, summary(report, seed)
    assert report.kills == {errand.name: KILLS for errand in ERRANDS}


def test_a_step_that_is_taken_in_two_halves_is_caught() -> None:
    seed = SystemRandom().randrange(10**6)
    report = besiege_year("sqlite", kills=TORN_KILLS, seed=seed, errands=[TORN])
    assert not report.holds, f"seed {seed}"
