"""python -m scripts.crash [kills=50] [seed=…] [only=sqlite,mariadb]: kill a server that checks people in.

It fails when an acknowledged check-in is lost, or when a server that acknowledges before the commit is not caught.
"""

import sys
from collections.abc import Sequence
from random import SystemRandom

from scripts.bench.serving import program_serving
from scripts.crash.kernel import missing_strace, synced_first, traced
from scripts.crash.siege import besiege
from tests.mariadb import missing_mariadb

KINDS = ("sqlite", "mariadb")
SEATS = 5_000
MUTANT_KILLS = 12
EARLY_ANSWERS = program_serving("scripts.crash.early_answers:app")


def main(arguments: Sequence[str]) -> int:
    options = dict(argument.partition("=")[::2] for argument in arguments)
    kills = int(options.pop("kills", "50"))
    seed = int(options.pop("seed", SystemRandom().randrange(10**6)))
    only = options.pop("only", ",".join(_runnable())).split(",")
    if options or not set(only) <= set(KINDS):
        print(__doc__, file=sys.stderr)
        return 2
    stood = [_stands(kind, kills, seed) for kind in only]
    if "sqlite" in only:
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
