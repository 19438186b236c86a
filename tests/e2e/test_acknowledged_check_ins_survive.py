"""`kill -9` of workers, server and database at random moments while a hall checks in: nothing acknowledged is lost.

`make crash` is the long form of this.
"""

from random import SystemRandom

import pytest

from scripts.crash import __main__ as crash
from scripts.crash.kernel import missing_strace, synced_first, traced
from scripts.crash.report import Fault, Report
from scripts.crash.siege import besiege
from tests.mariadb import missing_mariadb

SEATS = 500
FEW_KILLS = 3


def summary(report: Report, seed: int) -> str:
    """What an assertion shows, so that the same chance can be had again."""
    return "\n".join([f"seed {seed}", *report.lines()])


@pytest.mark.parametrize(("kind", "kills", "faults"), [("sqlite", 4, 2), ("mariadb", 6, 3)])
def test_what_was_acknowledged_before_a_kill_is_there_once(kind: str, kills: int, faults: int) -> None:
    if kind == "mariadb" and (why := missing_mariadb()):
        pytest.skip(why)
    seed = SystemRandom().randrange(10**6)
    report = besiege(kind, kills=kills, seed=seed, seats=SEATS)
    assert report.holds, summary(report, seed)
    assert report.acknowledged
    assert report.kills == dict.fromkeys(list(Fault)[:faults], kills // faults)
    assert {201, 202} <= set(report.statuses) <= {200, 201, 202, 503}


def test_a_server_that_acknowledges_before_the_commit_is_caught() -> None:
    """Soon, as a rule; a few sieges, since a kill may fall between two batches."""
    seeds = [SystemRandom().randrange(10**6) for _ in range(crash.MUTANT_KILLS // FEW_KILLS)]
    sieges = (besiege("sqlite", kills=FEW_KILLS, seed=seed, seats=SEATS, program=crash.EARLY_ANSWERS) for seed in seeds)
    assert any(report.lost for report in sieges), f"seeds {seeds}"


def test_the_disk_has_it_before_the_phone() -> None:
    if why := missing_strace():
        pytest.skip(why)
    order = traced()
    assert order.count("answer") == 10
    assert synced_first(order)
