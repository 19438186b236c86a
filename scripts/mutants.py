"""python -m scripts.mutants [server.claims.*]: what `make mutants` found: each survivor, and a score by module.

It fails where a mutant survived or no unit test reaches it. `mutmut` keeps its results in `mutants/`.
"""

import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from fnmatch import fnmatch
from pathlib import Path

MUTMUT = str(Path(sys.executable).with_name("mutmut"))
FOUND = ("killed", "timeout", "segfault", "suspicious", "caught by type check")
"""What counts as noticed: a test failed, or the change kept it from ending."""

UNNOTICED = ("survived", "no tests")
_LINE = re.compile(r"^\s*(\S+): (.+)$", re.MULTILINE)

Statuses = dict[str, str]
"""By the mutant's name: `server.claims.rules.x_share__mutmut_3`."""


def main(arguments: Sequence[str]) -> int:
    chosen = arguments or ("*",)
    found = statuses(_said("results", "--all", "true"))
    found = {name: status for name, status in found.items() if any(fnmatch(name, each) for each in chosen)}
    left = sorted(name for name, status in found.items() if status in UNNOTICED)
    for name in left:
        print(_said("show", name))
    print("\n".join(scores(found)))
    return 1 if left else 0


def statuses(said: str) -> Statuses:
    """Read what `mutmut results` says."""
    return dict(_LINE.findall(said))


def scores(found: Statuses) -> list[str]:
    """Return a line for each module and one for all: noticed of tried, and what was not tried yet."""
    modules: dict[str, Counter[str]] = defaultdict(Counter)
    for name, status in found.items():
        modules[name.rpartition(".")[0]][status] += 1
    modules["all"] = sum(modules.values(), Counter())
    return [_line(module, count) for module, count in modules.items()]


def _line(module: str, count: Counter[str]) -> str:
    noticed, tried = sum(count[each] for each in FOUND), sum(count[each] for each in (*FOUND, *UNNOTICED))
    waiting = count.total() - tried
    return f"{noticed}/{tried}  {module}" + (f" ({waiting} not tried)" if waiting else "")


def _said(*words: str) -> str:
    return subprocess.run([MUTMUT, *words], capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
