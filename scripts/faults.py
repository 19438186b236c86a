"""python -m scripts.faults [only=claims] [jobs=2]: plant one fault after another in a copy, and see a test fail.

`faults.toml` lists them: what the fault `says`, the `file`, the text `old` that becomes `new`, and the `tests` that
should notice. Its table `utc` has the tests of each file that asks what day it is: UTC is asked at one place after
another, except where that comes to the `same`, with the reason. It fails where no test notices, and where the text is
no longer there exactly once. `only` picks those whose file or words contain it; `jobs` is how many are tried at once.
"""

import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from typing import Any

from scripts.day_faults import DayFault, faults_of

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_suffix(".toml")
COPIED = ("bot", "docs", "scripts", "server", "tests", "pyproject.toml", "README.md", "CONTRIBUTING.md")
NOT_COPIED = shutil.ignore_patterns("__pycache__", "node_modules", "dist")
SECONDS = 900
"""How long the tests of one fault may take: a fault may also make them wait for ever."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the code made wrong."""

    says: str
    file: str
    old: str
    new: str
    tests: str

    def planted(self, text: str) -> str:
        """Return the file with the fault. Raises ValueError where the text is not there exactly once."""
        if text.count(self.old) != 1:
            raise ValueError(f"{self.file} has it {text.count(self.old)} times: {self.old}")
        return text.replace(self.old, self.new)


def faults() -> list[Fault]:
    """Return the faults that are listed one by one."""
    return [Fault(**each) for each in listed()["fault"]]


def day_faults() -> list[DayFault]:
    """Return the faults of the files that ask what day it is."""
    table, same = listed()["utc"], listed()["same"]
    found = [
        fault
        for file, tests in table.items()
        for fault in faults_of(file, (ROOT / file).read_text(encoding="utf-8"), tests)
    ]
    return [fault for fault in found if fault.says not in same.get(fault.file, ())]


def listed() -> dict[str, Any]:
    """Return what the list says."""
    return {"fault": [], "utc": {}, "same": {}} | tomllib.loads(LIST.read_text(encoding="utf-8"))


def main(arguments: Sequence[str]) -> int:
    options = dict(argument.partition("=")[::2] for argument in arguments)
    only, jobs = options.pop("only", ""), int(options.pop("jobs", "2"))
    if options:
        print(__doc__, file=sys.stderr)
        return 2
    every: list[Fault | DayFault] = [*faults(), *day_faults()]
    chosen = [fault for fault in every if only in fault.file or only in fault.says]
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        copies: Queue[Path] = Queue()
        for number in range(jobs):
            copies.put(_copy(Path(folder) / str(number)))
        with ThreadPoolExecutor(jobs) as pool:
            unnoticed = sum(pool.map(lambda fault: _goes_unnoticed(fault, copies), chosen))
    print(f"{len(chosen) - unnoticed} of {len(chosen)} faults noticed")
    return 1 if unnoticed else 0


def _goes_unnoticed(fault: Fault | DayFault, copies: "Queue[Path]") -> bool:
    copy, by, says = copies.get(), None, fault.says
    try:
        with _planted(fault, copy):
            by = _noticed_by(fault, copy)
    except ValueError as error:
        says += f" — {error}"
    finally:
        copies.put(copy)
    print(f"{'noticed' if by else 'UNNOTICED'}  {fault.file}: {says}  → {by or 'by nothing'}", flush=True)
    return by is None


@contextmanager
def _planted(fault: Fault | DayFault, copy: Path) -> Iterator[None]:
    path = copy / fault.file
    right = path.read_text(encoding="utf-8")
    path.write_text(fault.planted(right), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(right, encoding="utf-8")


def _noticed_by(fault: Fault | DayFault, copy: Path) -> str | None:
    """Return the first test that fails, on SQLite alone, or None."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "--tb=no", "-k", "not mariadb"]
    try:
        run = subprocess.run(
            [*command, *fault.tests.split()], cwd=copy, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"tests that take more than {SECONDS} s"
    if run.returncode == 0:
        return None
    failed = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if run.returncode != 1 or not failed:
        raise ValueError(run.stdout[-500:] + run.stderr[-500:])
    return failed[0].split(" - ")[0].partition(" ")[2]


def _copy(place: Path) -> Path:
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=NOT_COPIED)
        else:
            shutil.copy(source, place / name)
    return place


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
