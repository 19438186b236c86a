"""Rehearse New Year; fail when an invariant breaks on an evening, or the schedules do not come to the same figures.

python -m scripts.january [members=600] [seed=…] [only=sqlite,mariadb] [schedules=running,stopped,two]
"""

import sys
from collections.abc import Sequence
from random import SystemRandom

from scripts.bench.databases import mariadb_database, sqlite_database
from scripts.january.rehearsal import Rehearsed, Scale, Schedule, compared, rehearse
from tests.mariadb import missing_mariadb

DATABASES = {"sqlite": sqlite_database, "mariadb": mariadb_database}


def main(arguments: Sequence[str]) -> int:
    options = dict(argument.partition("=")[::2] for argument in arguments)
    seed = int(options.pop("seed", SystemRandom().randrange(10**6)))
    scale = Scale(members=int(options.pop("members", Scale().members)))
    only = options.pop("only", ",".join(_runnable())).split(",")
    schedules = options.pop("schedules", ",".join(Schedule)).split(",")
    if options or not set(only) <= set(DATABASES) or not set(schedules) <= set(Schedule):
        print(__doc__, file=sys.stderr)
        return 2
    held = [_holds(kind, [Schedule(each) for each in schedules], scale, seed) for kind in only]
    return 0 if all(held) else 1


def _runnable() -> Sequence[str]:
    if why := missing_mariadb():
        print(f"MariaDB left out: {why}", file=sys.stderr)
        return ["sqlite"]
    return list(DATABASES)


def _holds(kind: str, schedules: Sequence[Schedule], scale: Scale, seed: int) -> bool:
    rehearsals: list[Rehearsed] = []
    for schedule in schedules:
        print(f"{kind}, {schedule}, seed {seed}", flush=True)
        with DATABASES[kind]() as (url, directory):
            rehearsals.append(rehearse(url, directory, scale, schedule, seed=seed))
        _tell(rehearsals[-1])
    unlike = list(compared(rehearsals))
    print("\n".join(f"FAULT: {words}" for words in unlike) or f"{kind}: all schedules come to the same figures")
    return not unlike and not any(list(each.sentences()) for each in rehearsals)


def _tell(rehearsed: Rehearsed) -> None:
    faults = list(rehearsed.sentences())
    print(f"  {rehearsed.schedule}: {rehearsed.pushes.seconds:,.0f} s, {len(faults)} faults")
    print("".join(f"  FAULT: {words}\n" for words in faults), end="", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
