"""python -m scripts.quarter [members=10000] [kills=20] [seed=…] [only=sqlite,mariadb]: simulate a quarter's pushes.

It fails when a push arrives twice, when one that was due is missing, or when one ends without a visible reason.
"""

import sys
from collections.abc import Sequence
from random import SystemRandom

from scripts.bench.databases import mariadb_database, sqlite_database
from scripts.quarter.simulation import Scale, simulate

DATABASES = {"sqlite": sqlite_database, "mariadb": mariadb_database}


def main(arguments: Sequence[str]) -> int:
    options = dict(argument.partition("=")[::2] for argument in arguments)
    scale = Scale(int(options.pop("members", "10000")), int(options.pop("kills", "20")))
    seed = int(options.pop("seed", SystemRandom().randrange(10**6)))
    only = options.pop("only", "mariadb").split(",")
    if options or not set(only) <= set(DATABASES):
        print(__doc__, file=sys.stderr)
        return 2
    held = [_holds(kind, scale, seed) for kind in only]
    return 0 if all(held) else 1


def _holds(kind: str, scale: Scale, seed: int) -> bool:
    print(f"{kind}, {scale.members:,} members, seed {seed}", flush=True)
    with DATABASES[kind]() as (url, directory):
        report = simulate(url, directory, scale, seed=seed)
    print("\n".join(report.lines()), flush=True)
    return not report.faults


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
