"""python -m scripts.crash [kills=50] [seed=…] [only=sqlite,mariadb] [what=hall,year]: kill a server that checks people
in, and whoever ends a branch's year.

It fails when an acknowledged check-in is lost, when a step of the year is there by half, or when a server that
acknowledges before the commit or a step in two halves is not caught.
"""

import sys
from collections.abc import Sequence
from random import SystemRandom

from scripts.bench.serving import program_serving
from scripts.crash.kernel import missing_strace, synced_first, traced
from scripts.crash.siege import besiege
from scripts.crash.year_errands import ERRANDS, TORN
from scripts.crash.year_siege import besiege_year
from tests.mariadb import missing_mariadb

KINDS = ("sqlite", "mariadb")
SEATS = 5_000
MUTANT_KILLS = 12
YEAR_KILLS, TORN_KILLS = 20 // len(ERRANDS), 12
"""Of each errand, twenty in all; and at most of the mistake, until one falls between its halves."""

SIEGES = ("hall", "year")
EARLY_ANSWERS = program_serving("scripts.crash.early_answers:app")


def main(arguments: Sequence[str]) -> int:
    options = dict(argument.partition("=")[::2] for argument in arguments)
    kills = int(options.pop("kills", "50"))
    seed = int(options.pop("seed", SystemRandom().randrange(10**6)))
    only = options.pop("only", ",".join(_runnable())).split(",")
    what = options.pop("what", ",".join(SIEGES)).split(",")
    if options or not set(only) <= set(KINDS) or not set(what) <= set(SIEGES):
        print(__doc__, file=sys.stderr)
        return 2
    stood = [_stands(kind, kills, seed) for kind in only if "hall" in what]
    stood += [_year_stands(kind, seed) for kind in only if "year" in what]
    if "sqlite" in only and "hall" in what:
        stood.append(_syncs_first())
    return 0 if all(stood) else 1


def _runnable() -> Sequence[str]:
    if why := missing_mariadb():
        print(f"MariaDB left out: {why}", file=sys.stderr)
        return KINDS[:1]
    return KINDS


def _stands(kind: str, kills: int, seed: int) -> bool:
    """Besiege the product, then the one with a mistake; return whether the first held and the second did not."""
    print(f"{kind}, seed {seed}", flush=True)
    product = besiege(kind, kills=kills, seed=seed, seats=SEATS)
    print("\n".join(product.lines()), flush=True)
    mutant = besiege(kind, kills=MUTANT_KILLS, seed=seed, seats=SEATS, program=EARLY_ANSWERS)
    caught = "caught" if mutant.lost else "NOT caught"
    print(f"one that acknowledges before the commit: {caught}\n" + "\n".join(mutant.lines()), flush=True)
    return product.holds and bool(mutant.lost)


def _year_stands(kind: str, seed: int) -> bool:
    """Besiege the steps of a year, then one in two halves; return whether the first held and the second did not."""
    print(f"{kind}, a year, seed {seed}", flush=True)
    product = besiege_year(kind, kills=YEAR_KILLS, seed=seed)
    print("\n".join(product.lines()), flush=True)
    torn = besiege_year(kind, kills=TORN_KILLS, seed=seed, errands=[TORN])
    caught = "NOT caught" if torn.holds else "caught"
    print(f"one that is done in two halves: {caught}\n" + "\n".join(torn.lines()), flush=True)
    return product.holds and not torn.holds


def _syncs_first() -> bool:
    """Watch a few check-ins with strace, where it is installed, and say what was seen."""
    if why := missing_strace():
        print(f"what reaches the disk first was not looked at: {why}")
        return True
    order = traced()
    first = synced_first(order)
    words = "each after a sync" if first else "NOT each after a sync"
    print(f"strace: {order.count('answer')} answers, {words} to disk ({order.count('sync')} syncs)")
    return first and "answer" in order


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
